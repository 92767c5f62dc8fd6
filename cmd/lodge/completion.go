package main

import (
	"github.com/spf13/cobra"
)

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script by which a shell completes what is typed",
		Long: `Print a script by which a shell completes commands, accounts, carriers, states and
invoice numbers. It reads lodge.yaml and the ledger and changes neither.

  bash        needs the package bash-completion; put it where that one looks:
              lodge completion bash > ~/.local/share/bash-completion/completions/lodge
  zsh         lodge completion zsh > "${fpath[1]}/_lodge"
  fish        lodge completion fish > ~/.config/fish/completions/lodge.fish
  powershell  lodge completion powershell | Out-String | Invoke-Expression`,
		Example: `  source <(lodge completion bash)       for this shell only`,
		Args:    exactly("a shell: bash, zsh, fish or powershell"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.completion(cmd.Root(), args[0]) },
	}
}

func (a *app) completion(root *cobra.Command, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(a.out, true)
	case "zsh":
		return root.GenZshCompletion(a.out)
	case "fish":
		return root.GenFishCompletion(a.out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(a.out)
	}
	return misused("there is a completion for bash, zsh, fish and powershell, and not for %q", shell)
}
