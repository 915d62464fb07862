"""What Alembic runs to bring the schema up to date: on the connection that `schema.init` gives it. Knows no URL."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="lineside",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
