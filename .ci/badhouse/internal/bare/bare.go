package bare // want revive:package-comments
