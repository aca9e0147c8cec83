"""What is asked of an index of words, in the language of either database."""

from collections.abc import Iterable, Iterator, Sequence

from crm_app.web.tokens import Query, Term
from crm_app.web.word_index import is_sqlite


def question(asked: Query) -> str:
    """User input reaches neither language unquoted: tokens have no sign in them, and quotes are set about each."""
    if is_sqlite():
        return _written(asked, " AND ", " OR ", '"{}"', '"{}"*', " NOT ")
    return _written(asked, " & ", " | ", "'{}'", "'{}':*", " & !")


def _written(asked: Query, both: str, either: str, whole: str, beginning: str, but: str) -> str:
    def term(one: Term) -> str:
        return (beginning if one.is_beginning else whole).format(one.token)

    def group(alternatives: Iterable[Sequence[Term]]) -> Iterator[str]:
        for terms in alternatives:
            yield term(terms[0]) if len(terms) == 1 else f"({both.join(map(term, terms))})"

    wanted = both.join(f"({either.join(group(alternatives))})" for alternatives in asked.groups)
    return f"({wanted}){but}{whole.format(asked.but)}" if asked.but else wanted
