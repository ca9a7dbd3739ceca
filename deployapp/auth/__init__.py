"""Who is asking, and what they may do: sessions (Flask-Login), Bearer tokens, permissions."""
