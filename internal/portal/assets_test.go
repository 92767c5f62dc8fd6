package portal

import (
	"bytes"
	"image/png"
	"testing"
)

func TestAssetsWeighAboutAMegabyteAndNeverChange(t *testing.T) {
	a, again := NewAssets("body{}"), NewAssets("body{}")
	total := 0
	for name, asset := range a {
		body := asset()
		total += len(body)
		if !bytes.Equal(body, again[name]()) {
			t.Errorf("%s differs from one start to the next", name)
		}
	}
	if len(a) != 8 || total < 900_000 || total > 1_200_000 {
		t.Errorf("%d assets of %d bytes", len(a), total)
	}
	if _, err := png.Decode(bytes.NewReader(a["view6.png"]())); err != nil {
		t.Errorf("view6.png: %v", err)
	}
}
