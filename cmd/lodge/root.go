package main

import (
	"cmp"

	"github.com/spf13/cobra"
)

// root is the whole command line.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "lodge",
		Short: "File law firms' invoices with insurance carriers",
		Long: `Lodge files LEDES invoices on insurance carriers' websites with a headless
browser. An invoice is never lost and never submitted twice, and for every one
of them there is proof of what the carrier's site said.`,
		Example: `  lodge demo                        see it work against a simulated carrier
  lodge init && lodge run           file what lies in the inbox
  lodge status                      who must do what, and what has become of all`,
		Args:          a.noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
	}
	root.SetUsageTemplate(root.UsageTemplate() + exitCodes)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misused("%w: type %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().StringVar(&a.config, "config", "", "`file` with the settings; $LODGE_CONFIG or lodge.yaml unless named")
	root.AddCommand(
		a.initCommand(), a.submitCommand(), a.runCommand(), a.reconcileCommand(), a.rehearseCommand(),
		a.statusCommand(), a.showCommand(), a.reportCommand(), a.validateCommand(), a.generateCommand(),
		a.resolveCommand(), a.rerunCommand(), a.holdCommand(), a.releaseCommand(),
		a.pauseCommand(), a.resumeCommand(), a.adoptCommand(), a.homeCommand(), a.notifyCommand(), a.outboxCommand(),
		a.evidenceCommand(), a.backupCommand(), a.restoreCommand(),
		a.secretCommand(), a.carriersCommand(), a.portalCommand(), a.demoCommand(), a.versionCommand(),
		a.completionCommand(), a.manCommand(),
	)
	a.completing(root)
	return root
}

// exitCodes end every help text.
const exitCodes = `
Exit codes:
  0  done
  1  failed: what and why is on standard error
  2  the command line means nothing
  3  done, and something needs a person: lodge status tells who and what
`

func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		meant = ": did you mean " + near[0] + "?"
	}
	return misused("there is no command %q%s Type lodge --help", args[0], cmp.Or(meant, "."))
}
