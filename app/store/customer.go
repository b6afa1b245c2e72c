package store

import "context"

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
