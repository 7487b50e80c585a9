"""Search for a better recipe: many short trainings whose settings Optuna chooses."""
