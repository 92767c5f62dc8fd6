package evidence

import "path/filepath"

// Path is where the folder lies, for people. It is there once something was
// stored.
func (f *Folder) Path() string { return filepath.Join(f.store.root.Name(), filepath.FromSlash(f.path)) }
