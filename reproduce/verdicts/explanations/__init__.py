"""Weigh what might have printed a table: protocol variants, yardsticks that know nothing, and rivals."""
