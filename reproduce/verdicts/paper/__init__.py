"""Run what the paper claims: fetch what is missing, run its rows first, judge them as they come."""
