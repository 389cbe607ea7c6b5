"""The screens, one package a mode: each asks a service and shows what came back."""
