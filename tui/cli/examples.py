"""Examples of every command, shown at the end of its help."""

from __future__ import annotations

# By the words of the command; each example is what follows them.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "check": ("train.jsonl", "train.jsonl --near --against valid.jsonl"),
    "fix": ("train.jsonl -o fixed.jsonl", "train.jsonl --in-place --yes"),
    "edit": (
        "train.jsonl --find colour --replace color -o new.jsonl",
        "train.jsonl --where issue:echo --delete --in-place",
    ),
    "redact": ("train.jsonl --in-place", "log.txt --kind secrets -o clean.txt"),
    "dedupe": ("train.jsonl -o once.jsonl", "train.jsonl --near --against valid.jsonl"),
    "convert": (
        "sharegpt.json -o train.jsonl",
        "faq.csv --user Q --assistant A -o train.jsonl",
        "train.jsonl --to preference -o pairs.jsonl",
    ),
    "split": ("train.jsonl --validation 10% --seed 7",),
    "diff": ("old.jsonl new.jsonl",),
    "stats": ("train.jsonl",),
    "tokens": (
        "train.jsonl --epochs 3",
        "train.jsonl --fail-over 65536 --report report.md",
    ),
    "files": ("list", "upload train.jsonl"),
    "files list": ("--older-than 30d",),
    "files upload": ("train.jsonl",),
    "files download": ("file-ID -o copy.jsonl",),
    "files delete": ("file-ID --yes",),
    "files prune": ("--older-than 30d --orphans --dry-run",),
    "jobs": ("list", "create --training-file train.jsonl --model lab-small --wait"),
    "jobs list": ("--limit 20", "--all-profiles --json"),
    "jobs create": (
        "--training-file train.jsonl --model lab-small --wait",
        "--training-file train.jsonl --model MODEL --dry-run",
        "--like ftjob-ID --epochs 5 --spend 2.50",
    ),
    "jobs presets": ("", "--delete careful"),
    "jobs unanswered": ("",),
    "jobs watch": ("ftjob-ID",),
    "jobs show": ("ftjob-ID --json",),
    "jobs checkpoints": ("ftjob-ID",),
    "jobs result": ("ftjob-ID > metrics.csv",),
    "jobs cancel": ("ftjob-ID",),
    "jobs pause": ("ftjob-ID",),
    "jobs resume": ("ftjob-ID",),
    "jobs prune": ("--all --keep 2 --dry-run",),
    "jobs events": ("ftjob-ID --level warn",),
    "jobs metrics": ("ftjob-ID --format csv",),
    "chat": (
        '--model lab-small "Is tap water fine?"',
        "--model lab-small --messages talk.json --json",
    ),
    "chats": ("list", "export --all --out chats.jsonl"),
    "chats list": ("--search water",),
    "chats show": ("12",),
    "chats export": ("--all --out chats.jsonl", "12 --format md --out chat.md"),
    "chats rename": ('12 "Tap water"',),
    "chats delete": ("12 --yes",),
    "compare": (
        '--models lab-small,ft:lab-small:lab::ID "Is tap water fine?"',
        "--models A,B --dataset valid.jsonl --out results.jsonl",
    ),
    "record": ("--model ft:lab-small:lab::ID --dataset valid.jsonl", "--list"),
    "models": ("list", "board"),
    "models list": ("--tuned --sort ends", '--state "deleted elsewhere"'),
    "models show": ("ft:lab-small:lab::ID",),
    "models board": ("",),
    "models export": ("-o models.csv",),
    "models prune": ("--older-than 90d --dry-run",),
    "models delete": ("ft:lab-small:lab::ID --dry-run",),
    "models move": ("ft:lab-small:lab::ID --to foundry --dry-run",),
    "deployments": ("list --all-profiles",),
    "deployments list": ("--all-profiles",),
    "deployments stop": ("pirate --yes",),
    "deployments scale": ("pirate --dry-run",),
    "deployments delete": ("pirate --dry-run",),
    "profiles": ("list", "test work"),
    "profiles list": ("",),
    "profiles add": ("work kind=together api_key_env=TOGETHER_API_KEY",),
    "profiles edit": ("work timeout=60",),
    "profiles test": ("work",),
    "profiles remove": ("work --yes",),
    "profiles default": ("work",),
    "profiles rename": ("work office",),
    "doctor": ("", "--provider work"),
    "config": ("path", "check"),
    "config path": ("",),
    "config show": ("",),
    "config check": ("",),
    "keys": ("save", "--check"),
    "log": ("tail", "path"),
    "log path": ("",),
    "log tail": ("-n 50 --level warning",),
    "completion": (
        "bash > ~/.local/share/bash-completion/completions/finetui",
        "zsh > ~/.zfunc/_finetui",
        "fish > ~/.config/fish/completions/finetui.fish",
    ),
}
# What 1 says, where it is not that the command could not do all of its work.
_ONE = {
    "check": "1 for errors in the data",
    "diff": "1 when the two differ",
    "tokens": "1 for an example over --fail-over",
    "jobs watch": "1 when the job failed",
    "jobs unanswered": "1 when a job may yet exist",
    "keys": "1 for what --check has found",
    "config check": "2 for a mistake in the file",
}


def epilog(command: str) -> str:
    """Return what ends the help of a command: examples, and where the exit codes stand."""
    lines = [f"  finetui {command} {rest}".rstrip() for rest in EXAMPLES.get(command, ())]
    special = f"{_ONE[command]}; the rest: " if command in _ONE else ""
    return "\n".join(["examples:", *lines, "", f"exit codes: {special}see finetui --help"])
