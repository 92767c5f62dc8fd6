package ledes

import (
	"encoding/binary"
	"math/bits"
)

// cutFields cuts a record at every | and appends its fields to into, whose capacity says
// how many there may be. If there are more, the last holds the rest, | included, and
// more is true.
//
// It looks at eight bytes at a time: fields are so short that a search for each, in a
// function of its own, costs more than what it finds.
func cutFields(into [][]byte, record []byte) (fields [][]byte, more bool) {
	const pipes, low = 0x7C7C_7C7C_7C7C_7C7C, 0x7F7F_7F7F_7F7F_7F7F
	room := cap(into) - len(into) - 1
	from, i := 0, 0
	for ; i+8 <= len(record); i += 8 {
		x := binary.LittleEndian.Uint64(record[i:]) ^ pipes
		// The high bit of each byte that is zero, and of no other.
		zero := ^(((x & low) + low) | x | low)
		for ; zero != 0; zero &= zero - 1 {
			if room == 0 {
				return append(into, record[from:]), true
			}
			at := i + bits.TrailingZeros64(zero)/8
			into = append(into, record[from:at])
			from = at + 1
			room--
		}
	}
	for ; i < len(record); i++ {
		if record[i] != '|' {
			continue
		}
		if room == 0 {
			return append(into, record[from:]), true
		}
		into = append(into, record[from:i])
		from = i + 1
		room--
	}
	return append(into, record[from:]), false
}
