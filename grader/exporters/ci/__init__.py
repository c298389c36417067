"""What CI systems read of one checked notebook. What students may not see is named in none of it."""
