package bad

func wide(s string) bool {
	// want+1 lll:characters
	return s == "a line of text that goes on and on, past the edge of the page, so that whoever reads it has to turn their head, and then turn it back again"
}

func tangled(n int) int { // want cyclop:complexity
	for n > 0 && n < 10 || n > 20 && n < 30 || n > 40 && n < 50 || n > 60 && n < 70 || n > 80 && n < 90 {
		if n == 1 || n == 2 || n == 3 || n == 4 || n == 5 || n == 6 || n == 7 || n == 8 || n == 9 || n == 60 {
			n++
		}
	}
	return n
}

func endless(n int) int { // want funlen:long
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	return n
}

var _ = []any{wide, tangled, endless}
