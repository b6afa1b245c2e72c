package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (sh *shell) maintainCommand() *cobra.Command {
	return &cobra.Command{Use: "maintain", Short: "Do the nightly round now and print what it did", Args: cobra.NoArgs,
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			if err := in.store.Maintain(ctx, func(done string) { fmt.Fprintln(sh.out, done) }); err != nil {
				return err
			}
			return in.accounts.Tidy(ctx)
		})}
}
