"""The pages as a browser sees them: forms, cookies, and the rules of every page."""
