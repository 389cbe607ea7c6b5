"""Look at every profile: its key, whether it answers, and what it offers. Reads only."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import WORDS, Ability
from tui.core.provider.addresses import host_of, without_credentials
from tui.services.doctor.diagnosis import Diagnosis
from tui.services.errors import InputError
from tui.services.provider.probe import last_probe, probe
from tui.services.provider.provider import Provider
from tui.services.provider.select import api_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.catalog.providers import ProviderEntry
    from tui.core.provider.probed import Probe, Verdict
    from tui.services.doctor.diagnosis import State
    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile
    from tui.services.store.store import Store

LONGEST_S = 10.0  # how long an endpoint may take to answer here, whatever the profile allows


@dataclass(frozen=True, slots=True)
class ProfileLook:
    """What there is to say of one profile."""

    profile: Profile
    diagnoses: tuple[Diagnosis, ...]
    probe: Probe | None = None
    key: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as `finetui doctor --json` prints it: no secret is in it."""
        profile, entry = self.profile, self.profile.provider_entry
        abilities = entry.abilities.with_probed(self.probe.offers if self.probe else {})
        return {
            "name": profile.name,
            "kind": profile.kind,
            "provider": entry.name,
            "base_url": profile.base_url and without_credentials(profile.base_url),
            "key": self.key or profile.key_state,
            "read_only": profile.read_only,
            "tried_live": entry.tried,
            "source": entry.source,
            "as_of": entry.as_of and entry.as_of.isoformat(),
            "abilities": {str(one): abilities.of(one) for one in Ability},
            "asked_at": self.probe.at if self.probe else None,
            "asked": [
                {"asked": one.asked, "told": one.told, "ability": str(one.ability),
                 "offer": one.offer}
                for one in (self.probe.found if self.probe else ())
            ],
            "findings": [one.to_json() for one in self.diagnoses],
        }  # fmt: skip


async def look_at_profiles(
    profiles: Iterable[Profile],
    locations: Locations,
    environ: Mapping[str, str],
    store: Store,
    *,
    asks: bool = True,
    starts_lab: bool = False,
) -> list[ProfileLook]:
    """Look at each, all at once. With `asks` false nothing is asked of any provider."""
    looks = (
        _look(one, locations, environ, store, asks=asks, starts_lab=starts_lab) for one in profiles
    )
    return [*await asyncio.gather(*looks)]


async def _look(
    profile: Profile,
    locations: Locations,
    environ: Mapping[str, str],
    store: Store,
    *,
    asks: bool,
    starts_lab: bool,
) -> ProfileLook:
    area = f"profile {profile.name}"
    diagnoses = [_described(area, profile)]
    told = (*profile.remarks, *profile.advice)
    if profile.without_account is not None:
        diagnoses.append(Diagnosis(area, "account", "problem", *profile.without_account))
        told = tuple(one for one in told if profile.without_account[0] not in one)
    quick = replace(profile, timeout=min(profile.timeout, LONGEST_S))
    provider = Provider(quick, locations, environ)
    try:
        key = await _key(area, provider, fetches=asks)
        diagnoses += [*key, *(Diagnosis(area, "remark", "note", remark) for remark in told)]
        if profile.embedded and not starts_lab:
            diagnoses.append(Diagnosis(area, "server", "ok", "started on this machine when needed"))
            return ProfileLook(profile, tuple(diagnoses), key=provider.key_state)
        asked = asks and not any(one.state == "problem" for one in key)
        ask = probe(provider, api_of(provider), store) if asked else last_probe(provider, store)
        found: Probe | None = await ask
    finally:
        await provider.close()
    sends_key = provider.key_state != "none"
    diagnoses += _answers(area, found, asked=asked, sends_key=sends_key)
    diagnoses += _offers(area, profile.provider_entry, found)
    return ProfileLook(profile, tuple(diagnoses), found, provider.key_state)


def _described(area: str, profile: Profile) -> Diagnosis:
    entry = profile.provider_entry
    where = f" at {host_of(profile.base_url)}" if profile.base_url else ""
    tried = "" if entry.tried else "; not yet tried with the provider itself"
    as_of = f", as of {entry.as_of}" if entry.as_of else ""
    read_only = "; read-only" if profile.read_only else ""
    text = f"{entry.name}{where}{read_only}{tried} (from {entry.source}{as_of})"
    return Diagnosis(area, "provider", "ok", text)


async def _key(area: str, provider: Provider, *, fetches: bool) -> list[Diagnosis]:
    """Look at the key; one that a command or the keyring has is fetched, if that is wanted."""
    profile = provider.profile
    problem = profile.problem
    if problem is None and fetches:
        try:
            await provider.fetch_key()
        except InputError as error:
            problem = (error.cause, error.next_step)
    if problem is not None:
        return [Diagnosis(area, "key", "problem", *problem)]
    if profile.embedded:
        return []
    state = provider.key_state
    return [Diagnosis(area, "key", "ok", "no key is sent" if state == "none" else f"key {state}")]


_NAME_A_KEY = "Say where its key is: api_key_env, key_command or key_keyring."
_ADDRESS = "Check base_url: most end in /v1."
# What is wrong with an address as a whole, and what to do.
_VERDICTS: Mapping[Verdict, tuple[State, str, str]] = {
    "no answer": (
        "problem", "it does not answer", "Check the address and the network, then try again.",
    ),
    "key refused": (
        "problem", "it does not accept the key",
        "Check the key: make a new one at the provider if it was withdrawn.",
    ),
    "redirects": (
        "problem", "it sends all requests elsewhere, where the key does not go",
        "Set base_url to the address it names, if you trust that.",
    ),
    "web pages": ("problem", "web pages come back instead of data", _ADDRESS),
    "absent": ("note", "none of its lists is there", f"If chats fail too: {_ADDRESS}"),
    "errors": ("problem", "none of its lists can be read", f"Try again later. {_ADDRESS}"),
}  # fmt: skip


def _answers(
    area: str, found: Probe | None, *, asked: bool, sends_key: bool
) -> Iterable[Diagnosis]:  # fmt: skip
    if found is None:
        yield Diagnosis(area, "endpoint", "note", "not asked, and nothing is remembered")
        return
    age = found.age(time.time())
    for one in found.found:
        bad = not asked or one.offer == "unknown"
        text = f"{one.asked} → {one.told}: {one.words} ({age})"
        yield Diagnosis(area, str(one.ability), "note" if bad else "ok", text)
    if asked and (said := _VERDICTS.get(found.verdict)) is not None:
        state, text, step = said
        if found.verdict == "key refused" and not sends_key:
            text, step = "it wants a key, and the profile names none", _NAME_A_KEY
        yield Diagnosis(area, "endpoint", state, text, step)


def _offers(area: str, entry: ProviderEntry, found: Probe | None) -> Iterable[Diagnosis]:
    abilities = entry.abilities.with_probed(found.offers if found else {})
    asked = found.offers if found else {}
    for offer, words in (("yes", "offered"), ("no", "not offered here"), ("unknown", "not known")):
        names = [WORDS[one] for one in Ability if abilities.of(one) == offer and one not in asked]
        if names:
            yield Diagnosis(area, words, "ok", f"{words}, by its preset: {', '.join(names)}")
    if entry.deploy and abilities.of(Ability.CHAT_BY_NAME) == "no":
        yield Diagnosis(area, "deployment", "ok", f"a tuned model needs one: {entry.deploy}")
    if entry.idle_cost:
        yield Diagnosis(area, "idle cost", "ok", entry.idle_cost)
