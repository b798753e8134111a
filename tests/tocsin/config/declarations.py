"""Every declared mapping of the configuration."""

from tocsin.config.declared import annotation_of, keys_in
from tocsin.config.keys import Keys


def every_keys(keys: type[Keys]) -> tuple[type[Keys], ...]:
    """A mapping's declaration and those of all mappings within it, in the order of the file."""
    found = dict.fromkeys((keys,))
    for field in keys.model_fields.values():
        for inner in keys_in(annotation_of(field)):
            found.update(dict.fromkeys(every_keys(inner)))
    return tuple(found)
