"""Redaction: placeholders for secrets and personal data, in lines and in whole files."""
