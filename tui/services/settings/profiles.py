"""All profiles, and which one is used when none is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.text.masking import learn
from tui.services.errors import InputError
from tui.services.settings.config_file import NOT_FOR_LAB, ConfigFile
from tui.services.settings.environment import header_secrets
from tui.services.settings.key_settings import read_keymap
from tui.services.settings.keys import key_variables
from tui.services.settings.own_providers import load_providers
from tui.services.settings.profile import Profile
from tui.services.settings.profile_reading import OPENAI_URL, ProfileReader
from tui.services.settings.profile_table import Table
from tui.services.settings.setting_names import OVERRIDES, variable_of
from tui.services.settings.suggestions import nearest, with_meant
from tui.services.settings.terminal_settings import TerminalSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.commands.keymap import Keymap
    from tui.services.settings.locations import Locations

__all__ = ["OPENAI_URL", "Profile", "ProfileBook"]


@dataclass(frozen=True, slots=True)
class ProfileBook:
    """All profiles by name, and which one is used when none is named.

    `key_variables` are the environment variables that hold the keys of profiles, `remarks` what
    is not safe about the configuration file itself, `tables` what is said of each, `terminal`
    what the same file says of the terminal, and `keymap` what it says of the keys of commands.
    """

    profiles: Mapping[str, Profile]
    default: str
    key_variables: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict, repr=False)
    terminal: TerminalSettings = field(default_factory=TerminalSettings)
    keymap: Keymap | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in the order they are offered."""
        return tuple(self.profiles)

    def get(self, name: str | None = None) -> Profile:
        """Return the profile called `name`, or the default. Raises InputError if unknown."""
        wanted = self.default if name is None else name
        if (found := self.profiles.get(wanted)) is not None:
            return found
        next_step = f"Known profiles: {', '.join(self.profiles)}."
        if meant := nearest(wanted, self.profiles):
            next_step = f"Did you mean {meant}? {next_step}"
        if wanted == "openai":
            next_step = "Set OPENAI_API_KEY, or add [profiles.openai] to the configuration."
        raise InputError("Unknown profile", f"there is no profile {wanted!r}", next_step)

    @classmethod
    def load(
        cls,
        locations: Locations,
        environ: Mapping[str, str],
        *,
        chosen: str | None = None,
        said: Mapping[str, str] | None = None,
        text: str | None = None,
    ) -> ProfileBook:
        """Read the configuration file (it may be missing) and the environment.

        What the environment (FINETUI_TIMEOUT and the like) and `said`, the command line, set is
        for the profile `chosen` or else the default. `text` is read in place of the file's.
        Raises InputError naming the line when the file cannot be used.
        """
        learn(*header_secrets(environ))
        path = locations.config_file
        source = ConfigFile.read(path) if text is None else ConfigFile.parse(path, text)
        variables = key_variables(path if text is None else text, environ)
        source.check()
        tables = {name: Table(source, name, {}) for name in ("lab", "openai")}
        tables |= source.profile_tables()
        reader = ProfileReader(environ, load_providers(locations.config), variables)
        profiles = {name: one for name in tables if (one := reader.read(tables[name])) is not None}
        default = (
            environ.get("FINETUI_PROFILE")
            or source.default_profile()
            or ("openai" if _usual(profiles.get("openai")) else "lab")
        )
        used = chosen or default
        if used in profiles and (over := _said_over(tables[used], environ, said or {})):
            tables[used] = over
            profiles[used] = reader.read(over) or profiles[used]
        terminal, keymap = TerminalSettings.read(source.values, environ), read_keymap(source)
        return cls(profiles, default, variables, source.remarks(), tables, terminal, keymap)

    @classmethod
    def lab_only(cls, locations: Locations, environ: Mapping[str, str]) -> ProfileBook:
        """Return the book for a configuration that cannot be used: nothing in it costs money."""
        variables = key_variables(locations.config_file, environ)
        return cls({"lab": Profile("lab", "lab")}, "lab", variables)


def _usual(openai: Profile | None) -> bool:
    """Whether OpenAI's profile is what is used where nobody says which."""
    if openai is None or (openai.wants_key and openai.source is None):
        return False
    return openai.source is not None or openai.problem is not None


def _said_over(
    table: Table, environ: Mapping[str, str], said: Mapping[str, str]
) -> Table | None:  # fmt: skip
    """Return the table with what the environment and the command line say over the file."""
    known = [name for name in OVERRIDES if table.name != "lab" or name not in NOT_FOR_LAB]
    for name in said:
        if name not in known:
            cause, step = with_meant(f"--setting knows no {name}", nearest(name, known), known)
            raise InputError("Usage", cause, step)
    values: dict[str, str] = {}
    said_by: dict[str, str] = {}
    for name in known:
        if text := environ.get(variable_of(name), "").strip():
            values[name], said_by[name] = text, f"the variable {variable_of(name)}"
        if name in said:
            values[name], said_by[name] = said[name], f"--setting {name}"
    return table.over(values, said_by) if values else None
