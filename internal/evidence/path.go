package evidence

// Place is where the folder lies, for people. It is there once something was
// stored.
func (f *Folder) Place() string { return f.store.objects.Place(f.path) }
