"""Live comments as the readers of a post follow them, over WebSocket."""
