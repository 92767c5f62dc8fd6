package portal

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Sizes of a portal's assets, those of a heavy but ordinary site: about 1 MB.
const (
	cssSize  = 120 << 10
	jsSize   = 300 << 10
	pictures = 6 // of about 100 KB
)

// Assets are the style, script and pictures of a portal by file name: app.css,
// app.js and view1.png to view6.png. They are the same in every run, and each is
// made when it is first asked for.
type Assets map[string]func() []byte

// NewAssets returns a portal's assets around its own style sheet.
func NewAssets(style string) Assets {
	a := Assets{
		"app.css": sync.OnceValue(func() []byte { return filler(style, seeded(0)) }),
		"app.js":  sync.OnceValue(func() []byte { return script(seeded(0)) }),
	}
	for i := range uint64(pictures) {
		a[fmt.Sprintf("view%d.png", i+1)] = sync.OnceValue(func() []byte { return picture(seeded(i)) })
	}
	return a
}

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(1998, n)) }

// ServeHTTP serves the asset that the request's path ends in, for an hour.
func (a Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	asset, ok := a[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(asset())
}

// filler is style with rules that match nothing, up to the size of a real one.
func filler(style string, random *rand.Rand) []byte {
	var b strings.Builder
	b.WriteString(style)
	for b.Len() < cssSize {
		fmt.Fprintf(&b, ".u%d .x%d>a:hover{margin:%dpx;color:#%06x}\n", random.IntN(9999), random.IntN(9999), random.IntN(40), random.IntN(1<<24))
	}
	return []byte(b.String())
}

// script defines some thousand functions and calls each, as frameworks do.
func script(random *rand.Rand) []byte {
	var b strings.Builder
	b.WriteString("(function(){var f=[],t=0;\n")
	for b.Len() < jsSize {
		fmt.Fprintf(&b, "f.push(function(a){var s=%d;for(var i=0;i<a;i++){s=(s*31+i*%d)%%%d}return s});\n",
			random.IntN(1000), random.IntN(97)+1, random.IntN(1_000_000)+7)
	}
	b.WriteString("for(var i=0;i<f.length;i++){t+=f[i](200)}window.appReady=t})();\n")
	return []byte(b.String())
}

// picture is a view over water with enough grain in it to weigh something.
func picture(random *rand.Rand) []byte {
	const width, height = 280, 190
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	hue, swell := random.Float64(), 6+random.Float64()*10
	for y := range height {
		for x := range width {
			sea := math.Sin(float64(x)/swell+float64(y*y)/900) * float64(y) / 14
			light := 150 - float64(y)*0.55 + sea
			grain := float64(random.IntN(16))
			img.SetRGBA(x, y, color.RGBA{
				R: uint8(light*(0.35+0.4*hue) + grain),
				G: uint8(light*0.8 + grain),
				B: uint8(light + 60 - 30*hue + float64(random.IntN(16))),
				A: 255,
			})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("portal: " + err.Error()) // memory takes everything, and the picture is fit to be one
	}
	return b.Bytes()
}
