"""Play one game again, and tell it with as few moves as break the same rule.

python3 run.py python -m tests.machine SEED STEPS
"""

import sys
from collections.abc import Sequence

from tests.machine.game import Act, Broken, Game, broken_by, shrunk


def main(seed: int, steps: int) -> int:
    """Exit code 1 where the game breaks a rule."""
    try:
        game = Game(seed, steps).play()
    except Broken as broken:
        say(broken)
        rules = broken.rules

        def breaks(acts: Sequence[Act]) -> bool:
            found = broken_by(seed, steps, acts)
            return found is not None and bool(found.rules & rules)

        say("With fewer moves:\n")
        say(broken_by(seed, steps, shrunk(broken.acts, breaks)))
        return 1
    say("\n".join(game.story))
    return 0


def say(words: object) -> None:
    """Tell whoever asked."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
