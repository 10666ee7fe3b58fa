"""Everything that touches the outside world: GitHub, git, the model, files. Each library has one home here."""
