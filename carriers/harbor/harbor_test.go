package harbor_test

import (
	"os"
	"testing"

	"example.com/lodge/carriers/carriertest"
	"example.com/lodge/carriers/harbor"
)

func TestHarbor(t *testing.T) { carriertest.Run(t, harbor.Carrier(), os.DirFS("testdata")) }
