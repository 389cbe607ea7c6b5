"""Operations on many examples at once."""
