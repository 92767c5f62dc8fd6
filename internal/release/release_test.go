package release

import "testing"

func TestProductOf(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.0": "Lodge/v1.2.0", "(devel)": "Lodge/devel", "": "Lodge/devel",
		"v0.0.0-20261123104228-c3bc1371a2b3+dirty": "Lodge/v0.0.0-20261123104228-c3bc1371a2b3+dirty",
		"v1 /\r\nHost: x":                          "Lodge/v1Hostx",
	} {
		if got := productOf(version); got != want {
			t.Errorf("%q: %q, want %q", version, got, want)
		}
	}
}
