"""A stylesheet that remembers: styles parsed once a process, rules matched once a kind of node.

Textual parses all styles again when a screen brings some of its own, and matches every rule with
every node again whenever a screen is shown or a class is set somewhere above: almost half of what
it takes to open a dialog or to go to another mode. Here

- a source of styles is parsed once for each set of variables (`_parsed`),
- the rules that may apply to a node are found once for its type, id and classes (`_Index`),
- which of them do is found once for all that they ask of the nodes above (`_Candidates.key`), and
- a node whose answer is the one it has been given already is left alone.

What the answer is, Textual alone decides (`_Matcher`). Constant `FAST` turns all this off;
tests/fast/test_stylesheet.py shows that nothing else comes out, tests/bench/tuning.py what it buys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from textual.cache import LRUCache
from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

if TYPE_CHECKING:
    from _collections_abc import dict_items
    from collections.abc import Callable, Iterable, Iterator, Set

    from textual.css.model import RuleSet, Selector
    from textual.css.styles import RulesMap
    from textual.css.types import CSSLocation

FAST = True

_ORDER = {"first-of-type", "last-of-type", "first-child", "last-child", "empty"}
_MOST_ANSWERS = 1_000  # cached for one set of rules; far more than there are kinds of places

# Ids of the rules, of which their holder makes sure that they are not given to others.
_Ids = tuple[int, ...]
# What some rules ask of a node and those above it, by the ids of both, while neither changes.
_Keys = dict[tuple[int, int], tuple[Any, ...]]


@dataclass(slots=True)
class _Answer:
    """The styles of a node."""

    rules: RulesMap | None = None  # none apply: it keeps what it has
    stored: RulesMap | None = None  # as a node keeps them, save for its layout


@dataclass(eq=False, slots=True)
class _Kind:
    """What a set of rules asks of nodes of one type, with some id and classes."""

    pseudo_classes: tuple[Callable[[Any], bool], ...]


class _Matcher(Stylesheet):
    """Textual's own matching, which notes the answer in place of applying it."""

    def __init__(self, rules: list[RuleSet]) -> None:
        super().__init__()
        self._rules = rules
        self.found: RulesMap | None = None
        self.replace_rules = self._note  # type: ignore[assignment, method-assign]

    def _note(self, _node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        self.found = rules

    def _process_component_classes(self, node: DOMNode) -> None:
        pass

    def match(self, node: DOMNode) -> RulesMap | None:
        """Return the styles of a node."""
        self.found = None
        self.apply(node)
        return self.found


class _Candidates:
    """Rules that may apply to some nodes; which of them do depends on where a node is."""

    def __init__(self, rules: list[RuleSet]) -> None:
        self.rules = rules  # lowest first
        self._matcher = _Matcher(rules)
        self._selectors = list(_selectors(rules))
        self._pseudo_names = {name for rule in rules for name in rule.pseudo_classes}
        by_type: dict[str, set[str]] = {"CLASS": set(), "ID": set()}
        for selector in self._selectors:
            by_type.setdefault(selector.type.name, set()).add(selector.name)
        self._classes, self._ids = by_type["CLASS"], by_type["ID"]
        self._kinds: dict[tuple[type, str | None, frozenset[str]], _Kind] = {}
        self._answers: dict[tuple[Any, ...], _Answer] = {}

    def key(self, node: DOMNode, known: _Keys) -> tuple[Any, ...]:
        """Return all that the rules ask of a node and those above it; `known` of the latter."""
        kind = self.kind(node)
        own = (kind, *[check(node) for check in kind.pseudo_classes])
        parent = node._parent
        if not isinstance(parent, DOMNode):
            return own
        place = (id(self), id(parent))
        if (above := known.get(place)) is None:
            above = known[place] = self.key(parent, known)
        return (above, *own)

    def kind(self, node: DOMNode) -> _Kind:
        """Return what the rules ask of such a node."""
        name = node._id if node._id in self._ids else None
        classes = frozenset(self._classes & node._classes)
        key = (type(node), name, classes)
        if (known := self._kinds.get(key)) is None:
            known = self._kinds[key] = _Kind(self._pseudo_classes_of(node))
        return known

    def _pseudo_classes_of(self, node: DOMNode) -> tuple[Callable[[Any], bool], ...]:
        names: set[str] = set()
        for selector in self._selectors:
            if selector.pseudo_classes and selector._check(node):
                names |= selector.pseudo_classes
        checks = cast("dict[str, Callable[[Any], bool]]", node._PSEUDO_CLASSES)
        return tuple(checks[name] for name in sorted(names) if name in checks)

    def flag(self, node: DOMNode) -> None:
        """Note on a node what may make its styles change, for Textual's own use."""
        names = self._pseudo_names
        node._has_hover_style = "hover" in names
        node._has_focus_within = "focus-within" in names
        node._has_order_style = not names.isdisjoint(_ORDER)
        node._has_odd_or_even = "odd" in names or "even" in names

    def answer(self, key: tuple[Any, ...], node: DOMNode) -> _Answer:
        """Return the styles of a node."""
        if (known := self._answers.get(key)) is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            known = self._answers[key] = _Answer(self._matcher.match(node))
        return known


def _selectors(rules: list[RuleSet]) -> Iterator[Selector]:
    for rule in rules:
        for alternative in rule.selector_set:
            yield from alternative.selectors


class _Index:
    """All rules of a stylesheet, and those of them that may apply to a node."""

    def __init__(self, sheet: Stylesheet) -> None:
        self.rules = sheet.rules
        self._by_name = sheet.rules_map
        self._names = self._by_name.keys()
        self._candidates: dict[tuple[type, str | None, frozenset[str]], _Candidates] = {}
        self._components: dict[type, _Components] = {}

    def candidates(self, node: DOMNode) -> _Candidates:
        """Return the rules that may apply to such a node."""
        key = (type(node), node._id, frozenset(node._classes))
        if (known := self._candidates.get(key)) is None:
            known = self._candidates[key] = self._of_names(self._names & node._selector_names)
        return known

    def components(self, node: DOMNode) -> _Components:
        """Return the rules for the components of such a widget."""
        if (known := self._components.get(type(node))) is None:
            names = sorted(node._get_component_classes())
            parts = {name: self.candidates(DOMNode(classes=name)) for name in names}
            known = self._components[type(node)] = _Components(parts, self._together(parts))
        return known

    def _together(self, parts: dict[str, _Candidates]) -> _Candidates:
        wanted = {id(rule) for part in parts.values() for rule in part.rules}
        return _interned([rule for rule in self.rules if id(rule) in wanted])

    def _of_names(self, names: set[str]) -> _Candidates:
        wanted = {id(rule) for name in names for rule in self._by_name[name]}
        return _interned([rule for rule in self.rules if id(rule) in wanted])


@dataclass(frozen=True, slots=True)
class _Components:
    """The rules for the components of a widget, for each and together."""

    parts: dict[str, _Candidates]
    together: _Candidates


@dataclass(slots=True)
class _Given:
    """What a node has been given last, and why."""

    candidates: _Candidates | None = None
    key: tuple[Any, ...] = ()
    updates: int = -1  # how often its styles had been changed by then
    components: _Candidates | None = None
    components_key: tuple[Any, ...] = ()


# Of this process. A second app finds what the first has left; so does a sheet parsed again.
_parsed: LRUCache[tuple[Any, ...], list[RuleSet]] = LRUCache(512)
_indexes: LRUCache[_Ids, _Index] = LRUCache(32)
_candidates: LRUCache[_Ids, _Candidates] = LRUCache(4_096)


def _interned(rules: list[RuleSet]) -> _Candidates:
    """Return what is known already of the same rules, of whatever stylesheet."""
    ids = tuple(map(id, rules))
    if (known := _candidates.get(ids)) is None:
        known = _candidates[ids] = _Candidates(rules)
    return known


class _PartStyles(dict[str, RenderStyles]):
    """The styles of a widget's components by name, each made when it is asked for first.

    A widget has up to a dozen, of which few are ever drawn; making all of them took two fifths of
    the time in which a widget gets its styles.
    """

    def __init__(self, sheet: FastStylesheet, node: DOMNode, parts: dict[str, _Candidates]) -> None:
        super().__init__()
        self._sheet, self._node, self._parts = sheet, node, parts

    @property
    def names(self) -> Set[str]:
        """The names of all components."""
        return self._parts.keys()

    def __bool__(self) -> bool:
        return bool(self._parts) or len(self) > 0

    def __contains__(self, name: object) -> bool:
        return name in self._parts or super().__contains__(name)

    def __missing__(self, name: str) -> RenderStyles:
        styles = self[name] = self._sheet.part(self._node, name, self._parts[name])
        return styles

    def items(self) -> dict_items[str, RenderStyles]:
        """Return all of them."""
        for name in self._parts:
            self[name]
        return super().items()

    def clear(self) -> None:
        """Forget all of them."""
        self._parts = {}
        super().clear()


class FastStylesheet(Stylesheet):
    """A stylesheet that does what Textual's does, most of it only once."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._values = frozenset(self._variables.items())
        self._indexed: tuple[list[RuleSet], _Index] | None = None
        self._given: WeakKeyDictionary[DOMNode, _Given] = WeakKeyDictionary()
        self._known: _Keys | None = None  # while many nodes are given theirs

    # -- parsing -----------------------------------------------------------------------

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set CSS variables."""
        super().set_variables(variables)
        self._values = frozenset(variables.items())

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (css, read_from, is_default_rules, tie_breaker, scope, self._values)
        known = _parsed.get(key) if FAST else None
        if known is None:
            known = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
            _parsed[key] = known
        return known

    def reparse(self) -> None:
        """Parse all sources again, save those that have been parsed with the same variables."""
        if FAST:
            self.parse()
        else:
            super().reparse()

    # -- matching ----------------------------------------------------------------------

    def apply(
        self,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[Any, ...], RulesMap] | None = None,
    ) -> None:
        """Give a node its styles."""
        if not FAST:
            super().apply(node, animate=animate, cache=cache)
            return
        index, known = self._index(), {} if self._known is None else self._known
        given = self._given.get(node)
        if given is None:
            given = self._given[node] = _Given()
        candidates = index.candidates(node)
        key = candidates.key(node, known)
        base = node.styles.base
        if given.candidates is candidates and given.key == key and given.updates == base._updates:
            node.notify_style_update()  # those above it may have new ones
        else:
            self._give(node, candidates, key, animate=animate)
            given.candidates, given.key, given.updates = candidates, key, base._updates
        self._give_components(node, index.components(node), given, known)

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """Give nodes their styles: what is asked of those above them, only once."""
        self._known = {}
        try:
            super().update_nodes(nodes, animate)
        finally:
            self._known = None

    def _index(self) -> _Index:
        rules = self.rules
        if self._indexed is not None and self._indexed[0] is rules:
            return self._indexed[1]
        ids = tuple(map(id, rules))
        if (index := _indexes.get(ids)) is None:
            index = _indexes[ids] = _Index(self)
        self._indexed = rules, index
        return index

    def _give(
        self, node: DOMNode, candidates: _Candidates, key: tuple[Any, ...], *, animate: bool
    ) -> None:
        candidates.flag(node)
        answer = candidates.answer(key, node)
        if answer.rules is None:
            return
        if answer.stored is not None and not node._is_mounted and not node.styles.base._rules:
            _fill(node, answer.rules, answer.stored)
            return
        self.replace_rules(node, answer.rules, animate=animate)
        if answer.stored is None and not animate:
            answer.stored = _storable(node)

    def _give_components(
        self, node: DOMNode, components: _Components, given: _Given, known: _Keys
    ) -> None:
        if not components.parts:
            return
        key = components.together.key(node, known)
        old = node._component_styles
        told = given.components is components.together and given.components_key == key
        if told and isinstance(old, _PartStyles) and old.names == components.parts.keys():
            return
        new = node._component_styles = _PartStyles(self, node, components.parts)
        # What nobody has asked for has not been drawn.
        if not old or any(new[name] != styles for name, styles in dict.items(old) if name in new):
            node.refresh()
        given.components, given.components_key = components.together, key

    def part(self, node: DOMNode, name: str, candidates: _Candidates) -> RenderStyles:
        """Return the styles of a component of a widget."""
        part = DOMNode(classes=name)
        part._attach(node)
        self._give(part, candidates, candidates.key(part, {}), animate=False)
        return part.styles


def _storable(node: DOMNode) -> RulesMap:
    rules = node.styles.base.get_rules()
    rules.pop("layout", None)  # every node has one of its own
    return rules


def _fill(node: DOMNode, rules: RulesMap, stored: RulesMap) -> None:
    """Give a new node its styles: nothing is to be repainted, and all of it has been validated."""
    base = node.styles.base
    base.merge_rules(stored)
    if (layout := rules.get("layout")) is not None:
        base.layout = layout
    node.notify_style_update()
