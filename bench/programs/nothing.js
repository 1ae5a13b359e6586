/** What it takes to start and end Node. */
