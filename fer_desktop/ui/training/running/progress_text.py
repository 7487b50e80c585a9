"""How a training goes, in words: the same on its page and in the status line."""

from fer_desktop.ui.look.wording import duration_text, translate
from fer_desktop.ui.training.running.training_job import Phase, TrainingJob


def headline(job: TrainingJob) -> str:
    """Return what happens now."""
    epochs = translate("Training", "epoch {epoch} of {epochs}").format(
        epoch=min(len(job.epochs) + 1, max(1, job.epochs_in_all)), epochs=job.epochs_in_all
    )
    match job.phase:
        case Phase.PREPARING:
            text = translate("Training", "Preparing: {note}").format(note=job.note)
            return text if job.note else translate("Training", "Starting the trainer…")
        case Phase.RUNNING:
            return epochs[:1].upper() + epochs[1:]
        case Phase.PAUSING:
            return translate("Training", "Pausing…")
        case Phase.PAUSED:
            return translate("Training", "Paused in {epochs}").format(epochs=epochs)
        case Phase.FINISHING:
            return translate("Training", "Evaluating the new model…")
        case Phase.STOPPING:
            return translate("Training", "Stopping…")
        case Phase.FINISHED:
            return translate("Training", "Training complete")
        case Phase.STOPPED if job.epochs:
            return translate("Training", "Interrupted after epoch {epoch}").format(
                epoch=len(job.epochs)
            )
        case Phase.STOPPED:
            return translate("Training", "Interrupted before the first epoch was complete")
        case Phase.FAILED:
            return translate("Training", "The training failed.")
    return ""


def time_left_text(job: TrainingJob) -> str:
    """Return how long it still takes; empty where that is not known."""
    remaining_s = job.remaining_s
    if remaining_s is None:
        return ""
    return translate("Training", "{time} left").format(time=duration_text(remaining_s))


def status_text(job: TrainingJob) -> str:
    """Return all of it in one line, empty while nothing is trained."""
    if not job.is_active or job.run is None:
        return ""
    parts = (headline(job), time_left_text(job))
    text = ", ".join(filter(None, parts))
    return translate("Training", "training {name}: {text}").format(
        name=job.run.plan.name, text=text[:1].lower() + text[1:]
    )
