from public_signatures import STORED, signatures


def test_the_public_signatures_are_those_that_are_listed() -> None:
    """A change of them is a change for users: say it in CHANGELOG.md, and write the list with tests/public_signatures.py."""
    assert signatures() == STORED.read_text("utf-8")
