package bad

import (
	_ "os"

	_ "example.com/lodge/carriers/all"
	_ "example.com/lodge/carriers/carriertest"
)
