"""What may go wrong with the box, each as one line that a person can act upon."""


class SandboxError(Exception):
    """A part of the sandbox did not start or did not stay up; the message says what to do."""


class Unavailable(SandboxError):
    """This machine lacks what a part needs; whoever asked may go on without it."""
