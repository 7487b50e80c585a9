"""Several trainings at the same time, by workers."""

from collections.abc import Sequence
from pathlib import Path

from trainer.config import TrainConfig
from trainer.contract.cluster import Place
from trainer.contract.progress import Note
from trainer.data.readers import choose_labels
from trainer.errors import TrainerError
from trainer.fit.ensembling import Part, member_parts
from trainer.fit.epochs import Controls
from trainer.fit.unattended import train_unattended
from trainer.runs.worker_pool import Workers, each_done
from trainer.systems.catalogue import system_of


def train_at_once(
    configs: Sequence[TrainConfig], place: Place, folder: Path, controls: Controls
) -> None:
    """Train networks, and the members of ensembles, each by one worker.

    Those that fail are told and left to whoever needs them: there they fail again, or not.
    Ensembles are not joined. Interrupted trainings go on.

    Args:
        configs: one for each training.
        place: whose workers they are.
        folder: that all of them can write to.
        controls: who hears of it.

    Raises:
        RunError: if there are no workers, or they are of other versions.
    """
    jobs = [job for config in configs for job in _jobs(config)]
    total = len(jobs)

    def tell(text: str) -> None:
        controls.report(Note(text=text))

    done = each_done(train_unattended, jobs, Workers(place=place, folder=folder, tell=tell))
    for at, (name, _, problem) in enumerate(done, start=1):
        tell(f"{name} ({at} of {total}): {problem or 'trained'}")


def _jobs(config: TrainConfig) -> list[tuple[str, tuple[TrainConfig, Part | None]]]:
    name = config.out.name
    try:
        system = system_of(config)
        if system.combination is None:
            return [(name, (config, None))]
        labels = choose_labels(
            config.labels, system.labels, config.source, size_px=system.size_px, color=system.color
        )
    except TrainerError:
        return []  # told where the row of the table is made
    return [
        (f"{name}: {part.member}{f' without fold {part.fold}' * bool(part.fold)}", (config, part))
        for part in member_parts(config, system, labels)
    ]
