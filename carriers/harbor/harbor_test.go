package harbor_test

import (
	"os"
	"testing"

	"example.com/lodge/carriers/carriertest"
	"example.com/lodge/carriers/harbor"
	portal "example.com/lodge/internal/portal/harbor"
)

func TestHarbor(t *testing.T) {
	carriertest.Run(t, harbor.Carrier(), os.DirFS("testdata"), carriertest.Simulated(portal.NewSimulation))
}
