// Package ledes imports more than the standard library.
package ledes

import (
	_ "encoding/csv" // std

	_ "example.com/lodge/carriers" // want depguard:ledes
)
