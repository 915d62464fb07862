"""Where a station is put together and run. The only room below the screens that may name every other."""
