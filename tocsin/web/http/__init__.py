"""What every web surface shares: access rules, headers, limits, errors, page rendering, sign-in."""
