"""What touches the world: GitHub, git, the model, files. Each library has one home here."""
