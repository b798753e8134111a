"""Where Alembic starts: on the connection that `tocsin.storage.schema` gives, inside its transaction."""

from alembic import context

from tocsin.storage.tables.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all of it
)
context.run_migrations()
