"""The settings of a profile by name: what they are for, and where they may be given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.core.catalog.providers import ProviderEntry

# How a value that is given as a text (by the environment, the command line, a form) is read.
Shape = Literal["text", "flag", "seconds", "bytes", "amount", "day", "words", "table"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `lab` is whether the provider built in takes it.

    `over` is whether the environment (FINETUI_NAME) and --setting may say it in place of the file:
    never what decides where a key goes.
    """

    name: str
    shape: Shape
    about: str
    lab: bool = False
    over: bool = False


SETTINGS = {
    one.name: one
    for one in (
        Setting("kind", "text", "which provider it is, where the address does not say"),
        Setting("base_url", "text", "the address of the interface"),
        Setting("api_key_env", "text", "the variable that holds the key"),
        Setting("key_command", "text", "a command that prints the key"),
        Setting("key_keyring", "text", "the entry of the system's keyring that holds the key"),
        Setting("key_ask", "flag", "the key is typed for each run"),
        Setting("api_key", "text", "the key itself; better kept elsewhere"),
        Setting("organization", "text", "sent as OpenAI-Organization", over=True),
        Setting("project", "text", "sent as OpenAI-Project", over=True),
        Setting("account", "text", "the account's name, where paths hold it", over=True),
        Setting("account_kind", "text", "existing or new, where dates differ by that", over=True),
        Setting("management_url", "text", "where the provider manages deployments"),
        Setting("management_command", "text", "a command that prints the token for that"),
        Setting("headers", "table", "headers sent with every request"),
        Setting("proxy", "text", 'the proxy to go through, or "none"', over=True),
        Setting("ca_file", "text", "certificates (PEM) trusted beside the system's", over=True),
        Setting("ssh", "text", "the machine whose lab is meant, as ssh knows it"),
        Setting("ssh_command", "text", "how finetui is called there"),
        Setting("insecure", "flag", "a key may go over http:// to another machine"),
        Setting("read_only", "flag", "nothing is changed there", lab=True, over=True),
        Setting("bills", "flag", "whether what is done there costs money"),
        Setting("timeout", "seconds", "how long an answer may take to begin", lab=True, over=True),
        Setting("connect_timeout", "seconds", "how long a connection may take", over=True),
        Setting("file_bytes", "bytes", "the most sent in one request", lab=True),
        Setting("part_bytes", "bytes", "the size of a part of what is larger", lab=True),
        Setting("methods", "words", "the training methods it offers", lab=True),
        Setting("currency", "text", "the currency costs are counted in", lab=True),
        Setting("rate", "amount", "of that for one dollar of the list prices", lab=True),
        Setting("budget", "amount", "the most its jobs may come to", lab=True, over=True),
        Setting("budget_since", "day", "the day the budget is counted from", lab=True),
        Setting("prices", "table", "own prices for 1M trained tokens, by model", lab=True),
    )
}
KEY_SETTINGS = ("api_key_env", "key_command", "key_keyring", "key_ask", "api_key")
OVERRIDES = tuple(name for name, one in SETTINGS.items() if one.over)


def variable_for(entry: ProviderEntry) -> str:
    """Return the variable that a provider's key usually stands in."""
    return f"{entry.id.upper().replace('-', '_')}_API_KEY"


def variable_of(name: str) -> str:
    """Return the environment variable that says a setting in place of the file."""
    return f"FINETUI_{name.upper()}"
