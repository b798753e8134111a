"""The portal's words, one module a language; `tocsin.web.portal.phrases` reads them."""
