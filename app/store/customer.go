package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Customer owns sites.
type Customer struct {
	ID   int64 // by which the service log names it
	Name string
}

func scanCustomer(row scanner) (c Customer, err error) {
	err = row.Scan(&c.ID, &c.Name)
	return c, rowError(err)
}

// Customers returns all customers, by name.
func (c *Control) Customers(ctx context.Context) ([]Customer, error) {
	return list(ctx, c.read, scanCustomer, "SELECT id, name FROM customer ORDER BY name, id")
}

// CustomerByName returns the customer of that name, upper and lower case (ASCII) alike.
func (c *Control) CustomerByName(ctx context.Context, name string) (Customer, error) {
	return scanCustomer(c.read.QueryRowContext(ctx, "SELECT id, name FROM customer WHERE name = ?", name))
}

// AddCustomer adds a customer, or returns ErrExists when the name is taken.
func (c *Control) AddCustomer(ctx context.Context, name string) (Customer, error) {
	return scanCustomer(c.write.QueryRowContext(ctx, "INSERT INTO customer (name) VALUES (?) RETURNING id, name", name))
}

// DeleteCustomer removes a customer whose sites are gone, and the users who belong to no other, with their sessions, tokens and links;
// what is returned says what the search for their names and addresses saw. ErrExists: there are sites. A customer that isn't there is no
// error.
func (c *Control) DeleteCustomer(ctx context.Context, id int64) (e Erased, err error) {
	var texts []string
	err = c.inTx(ctx, func(tx *sql.Tx) error {
		texts = nil
		var sites int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM site WHERE customer = ?", id).Scan(&sites); err != nil {
			return err
		}
		if sites > 0 {
			return fmt.Errorf("%w: sites of the customer", ErrExists)
		}
		const theirs = `FROM user WHERE id IN (SELECT user FROM member WHERE customer = ?1) AND NOT EXISTS (SELECT 1 FROM member WHERE user = user.id AND customer <> ?1)`
		emails, err := list(ctx, tx, scanOne[string], "SELECT email "+theirs, id)
		if err != nil {
			return err
		}
		names, err := list(ctx, tx, scanOne[string], "SELECT name FROM customer WHERE id = ?", id)
		if err != nil {
			return err
		}
		texts = append(names, emails...)
		if _, err := tx.ExecContext(ctx, "DELETE "+theirs, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM customer WHERE id = ?", id)
		return err
	})
	if err != nil || len(texts) == 0 {
		return e, err
	}
	return c.proveGone(ctx, texts...)
}
