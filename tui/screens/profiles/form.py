"""The form of a profile: which provider, where it is, where its key is, and a test of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from tui.commands import key_hint
from tui.core.catalog.providers import ACCOUNT, UNKNOWN
from tui.core.provider.addresses import is_loopback
from tui.core.text.text import visible
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import leave
from tui.screens.profiles.form_fields import (
    FOLDED,
    MANAGED,
    SOURCE_WORDS,
    SOURCES,
    settings_typed,
    shown,
    source_of,
)
from tui.screens.profiles.looking import look_words
from tui.services.settings.config_editor import name_problem
from tui.services.settings.keys import read_key
from tui.services.settings.setting_names import SETTINGS, variable_for
from tui.widgets.field import Field, Fold, OneOf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from textual.app import ComposeResult

    from tui.core.catalog.providers import ProviderCatalog, ProviderEntry
    from tui.screens.profiles.form_fields import ProfileField
    from tui.services.doctor.profiles import ProfileLook

_SHOWN = 7  # lines of what a test found
_LAB = "lab"


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """What the form says: the settings that change (None takes one out), and a key typed here."""

    name: str
    settings: Mapping[str, Any]
    new: bool
    key: str = field(default="", repr=False)


class ProfileForm(Dialog[str]):
    """Answers with the name of the profile written, or None; `write` writes it, `look` tests it."""

    DEFAULT_CSS = """
    ProfileForm {
        & > .dialog { max-height: 100%; }
        & #fields { height: auto; max-height: 1fr; min-height: 6; }
        & #source-line { height: 1; }
        & #source-line .label { width: 16; color: $text-muted; }
        & #source-words { height: auto; padding: 0 0 0 16; color: $text-muted; }
        & #folded { height: auto; display: none; }
        & #found { height: auto; max-height: 8; margin: 1 0 0 0; display: none; }
        & #wrong { display: none; }
    }
    """
    WHERE = "profile_form"

    def __init__(
        self,
        providers: ProviderCatalog,
        name: str | None,
        settings: Mapping[str, Any],
        *,
        write: Callable[[ProfileDraft], Awaitable[None]],
        look: Callable[[ProfileDraft], Awaitable[ProfileLook]],
    ) -> None:
        super().__init__("New profile" if name is None else f"Profile {name}")
        self._providers, self._name, self._before = providers, name, settings
        self._write, self._look = write, look
        self._fields: dict[str, Field] = {}
        self._source = source_of(settings)
        self._initial: tuple[object, ...] = ()

    def compose_content(self) -> ComposeResult:
        """Lay out the fields, what a test found, and the keys."""
        with VerticalScroll(id="fields", can_focus=False):
            if self._name != _LAB:
                yield from self._connection()
            yield Fold(id="fold")
            with Vertical(id="folded"):
                for line in self._folded:
                    yield self._field(line.name, line.label, hint=line.hint)
        yield Static("", id="found", markup=False)
        yield Static("", id="wrong", classes="problem", markup=False)
        yield self.key_hints(**{"form.previous": "", "form.next": "", "fields.previous": None,
                                "fields.next": None})  # fmt: skip

    def _connection(self) -> Iterable[Field | Horizontal | Static]:
        yield self._field(
            "kind", "Provider", hint=f"{key_hint('profile_form.choose', 'lists')} them"
        )
        if self._name is None:
            yield self._field("name", "Name", hint="what you call it here")
        yield self._field("ssh", "Machine", hint="as ssh knows it: me@gpu-box")
        yield self._field("base_url", "Address")
        yield self._field("account", "Account", hint="its id at the provider")
        yield self._field("account_kind", "Customer", hint="existing or new; empty: not known")
        words = SOURCES if self._source != "file" else (*SOURCES, "file")
        source = "variable" if self._name is None else self._source
        yield Horizontal(
            Static("Key from", classes="label", markup=False),
            OneOf(words, source, id="source"),
            id="source-line",
        )
        yield Static("", id="source-words", markup=False)
        yield self._field("api_key_env", "Variable")
        yield self._field("key_command", "Command")
        typed = "stays as it is" if self._name is not None else "paste or type it"
        yield self._field("key", "Key", placeholder=typed, password=True)

    def _field(
        self,
        name: str,
        label: str,
        hint: str = "",
        placeholder: str = "",
        *,
        password: bool = False,
    ) -> Field:
        value = shown(name, self._before.get(name)) if name not in {"name", "key"} else ""
        self._fields[name] = Field(
            name, label, value, hint, placeholder, password=password
        )  # fmt: skip
        return self._fields[name]

    @property
    def _folded(self) -> Sequence[ProfileField]:
        """The fields folded away: of the lab those that it takes."""
        return [one for one in FOLDED if self._name != _LAB or SETTINGS[one.name].lab]

    def on_mount(self) -> None:
        """Begin with what comes first."""
        self.query_one(Fold).open = self._name == _LAB  # there is nothing else
        self._arrange()
        self.query("Input").first().focus()
        self._initial = self._typed()

    # -- what is typed -------------------------------------------------------------------

    def _value(self, name: str) -> str:
        return self._fields[name].value if name in self._fields else ""

    @property
    def _entry(self) -> ProviderEntry:
        known = self._providers.all()
        kind = self._value("kind").strip()
        if kind in known and kind != UNKNOWN:
            return known[kind]
        return self._providers.at(self._value("base_url").strip()) or known[UNKNOWN]

    @property
    def _is_remote_lab(self) -> bool:
        """Whether it is the lab of another machine, which has its own address and key."""
        return self._value("kind").strip() == _LAB and not self._value("base_url").strip()

    def _chosen_source(self) -> str:
        if self._name == _LAB or self._is_remote_lab:
            return "none"
        return self.query_one("#source", OneOf).value

    def _typed(self) -> tuple[object, ...]:
        return (*(one.value for one in self._fields.values()), self._chosen_source())

    def read_draft(self) -> ProfileDraft:
        """Return what the form says; a key typed is masked from now on.

        Raises InputError for what a setting cannot be.
        """
        name = self._name or self._value("name").strip()
        in_keyring = self._before.get("key_keyring") or name
        source = self._chosen_source()
        secret = {one: self._value(one) for one in ("api_key_env", "key_command")}
        if source == "keyring" and isinstance(in_keyring, str):
            secret["key_keyring"] = in_keyring
        texts = {
            one: row.value
            for one, row in self._fields.items()
            if one not in {"name", "key", "api_key_env", "key_command"}
        }
        settings = settings_typed(texts, source, secret, self._before)
        if self._name is None:
            settings = {key: value for key, value in settings.items() if value is not None}
        key = self._value("key") if source in {"keyring", "typed"} else ""
        read_key(key)  # registers it for masking
        return ProfileDraft(name, settings, self._name is None, key)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the fields that mean anything with what is typed."""
        event.stop()
        if event.input.id in {"kind", "base_url"}:
            self._arrange()

    def on_one_of_changed(self) -> None:
        """Show the field of the source of the key."""
        self._arrange()

    def on_fold_changed(self) -> None:
        """Show or hide the fields that are folded away."""
        self._arrange()

    def _arrange(self) -> None:
        fold = self.query_one(Fold)
        fold.words = ", ".join(
            one.label.lower() for one in self._folded if self._value(one.name).strip()
        ) or (
            "read-only, budget, headers, proxy, certificates, times"
            if self._name != _LAB
            else "read-only, budget, time-out"
        )
        self.query_one("#folded").display = fold.open
        if self._name == _LAB:
            return
        entry, source = self._entry, self._chosen_source()
        self.query_one("#base_url", Input).placeholder = entry.base_url or "https://…"
        self._fields["account"].display = ACCOUNT in entry.paths.jobs or bool(
            self._value("account")
        )
        differs = any(one.account for one in entry.dates)
        self._fields["account_kind"].display = differs or bool(self._value("account_kind"))
        for name in MANAGED:
            self._fields[name].display = entry.deployments_apart or bool(self._value(name))
        remote_lab = self._is_remote_lab
        self._fields["ssh"].display = remote_lab
        self._fields["base_url"].display = not remote_lab
        for part in ("#source-line", "#source-words"):
            self.query_one(part).display = not remote_lab
        self._fields["api_key_env"].display = source == "variable"
        self._fields["key_command"].display = source == "command"
        self._fields["key"].display = source in {"keyring", "typed"}
        words = SOURCE_WORDS.get(source, "in the configuration, in plain text")
        self.query_one("#source-words", Static).update(words)

    # -- the provider --------------------------------------------------------------------

    @handles("profile_form.choose")
    def choose_or_go_on(self) -> None:
        """Choose the provider from the list, or go on to the next field."""
        if self.focused is not None and self.focused.id == "kind":
            self._choose_provider()
        elif isinstance(self.focused, Fold):
            self.focused.action_turn()
        else:
            self.focus_next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the provider, or go on."""
        event.stop()
        self.choose_or_go_on()

    def _choose_provider(self) -> None:
        choices = [
            Choice(one.id, one.name if one.id != _LAB else "lab of another machine", _remark(one))
            for one in self._providers.all().values()
        ]
        dialog = Choose("Provider", choices, self._value("kind") or None)
        self.app.push_screen(dialog, self._provider_chosen)

    def _provider_chosen(self, kind: str | None) -> None:
        if kind is None:
            return
        before, entry = self._entry, self._providers.all()[kind]
        self._fill("kind", kind)
        if self._value("base_url").strip() in {"", before.base_url}:
            self._fill("base_url", entry.base_url or "")
        if not self._value("name").strip() and self._name is None:
            self._fill("name", kind if kind != _LAB else "gpu")
        if self._value("api_key_env").strip() in {"", variable_for(before)}:
            self._fill("api_key_env", variable_for(entry))
        local = is_loopback(entry.base_url)
        source = self.query_one("#source", OneOf)
        if self._name is None and source.value in {"variable", "none"}:
            source.value = "none" if local else "variable"
        self._arrange()
        self.query_one("#ssh" if self._is_remote_lab else "#base_url").focus()

    def _fill(self, name: str, value: str) -> None:
        if name in self._fields:
            self.query_one(f"#{name}", Input).value = value

    # -- test and save -------------------------------------------------------------------

    @handles("profile_form.test")
    def test(self) -> None:
        """Ask the provider with what is typed; nothing is written."""
        self._tell("asking …")
        start_worker(self, partial(self._test, self.read_draft()), "test", "test a profile")

    async def _test(self, draft: ProfileDraft) -> None:
        try:
            look = await self._look(draft)
        except BaseException:  # it is shown; what stood there was no answer
            self._tell("")
            raise
        self._tell(look_words(look, _SHOWN))

    def _tell(self, text: str) -> None:
        found = self.query_one("#found", Static)
        found.update(text)
        found.display = bool(text)

    @handles("profile_form.save")
    def save(self) -> None:
        """Write the profile into the configuration."""
        draft = self.read_draft()
        problem = name_problem(draft.name) if draft.new else ""
        said = self.query_one("#wrong", Static)
        said.update(f"✗ {visible(problem)}" if problem else "")
        said.display = bool(problem)
        if not problem:
            start_worker(self, partial(self._save, draft), "save", "write the configuration")

    async def _save(self, draft: ProfileDraft) -> None:
        await self._write(draft)
        self.dismiss(draft.name)

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Leave; asks when something was typed."""
        leave(self, "form", typed=self._typed() != self._initial)


def _remark(entry: ProviderEntry) -> str:
    if entry.training is not None:
        return "fine-tuning and chat" if entry.id != UNKNOWN else "any server of OpenAI's protocol"
    return "chat"
