"""Mails in Spanish."""

WORDS = {
    "hello": "Hola:",
    "hello.name": "Hola, {name}:",
    "received.subject": "Hemos recibido su mensaje",
    "received.number": "Su solicitud tiene el número {number}.",
    "received.alone": "Hemos recibido su mensaje. Una persona de nuestro equipo lo leerá y le responderá.",
    "joined.lead": (
        "Su mensaje forma ahora parte de su solicitud {number}, que trata de la misma transacción. Allí "
        "le responderemos."
    ),
    "joined.else": "Si se trata de otra cosa, dígalo en esa solicitud y una persona lo leerá.",
    "linked.lead": "Conocemos un problema que coincide con lo que nos cuenta:",
    "linked.waits": (
        "Su solicitud está vinculada a él: le escribiremos cuando haya novedades y cuando esté resuelto. "
        "No hace falta que vuelva a escribir."
    ),
    "linked.else": "Si no es su problema, dígalo en la página de su solicitud y una persona lo leerá.",
    "linked.reply": "Si no es su problema, responda a este correo y una persona lo leerá.",
    "question.subject": "¿Es esto? {title}",
    "question.lead": "Conocemos un problema que podría ser el que nos cuenta:",
    "question.ask": (
        "¿Es esto? Responda sí o no en la página de su solicitud: basta un clic. "
        "Si dice que sí, le escribiremos cuando haya novedades y cuando esté resuelto."
    ),
    "question.reply": (
        "¿Es esto? Responda a este mensaje con sí o no. Si dice que sí, "
        "le escribiremos cuando haya novedades y cuando esté resuelto."
    ),
    "question.else": (
        "Si es otra cosa, o si no dice nada, una persona de nuestro equipo leerá su mensaje y le responderá."
    ),
    "mistaken.subject": "Corrección: lo que escribimos era sobre otro problema",
    "mistaken.title": "Le escribimos como si su solicitud fuera sobre este problema: {title}",
    "mistaken.lead": "Le escribimos como si su solicitud fuera sobre un problema que conocemos",
    "mistaken.sorry": "Fue un error nuestro: no lo es. Por favor, no tenga en cuenta lo que le escribimos sobre ello.",
    "mistaken.open": "Su solicitud está abierta; una persona de nuestro equipo la leerá y le responderá.",
    "withdrawn.subject": "Corrección: no tenga en cuenta nuestra respuesta",
    "withdrawn.lead": "Le enviamos esta respuesta por error. Por favor, no la tenga en cuenta:",
    "withdrawn.goes_on": "Su solicitud sigue como si no la hubiéramos enviado.",
    "so_far.subject": "Situación actual: {title}",
    "so_far.lead": "Tenemos su mensaje. Esto es lo que sabemos ahora:",
    "so_far.news": "Le escribiremos cuando haya novedades y cuando esté resuelto.",
    "so_far.else": "Si su mensaje es sobre otra cosa, dígalo en la página de su solicitud y una persona lo leerá.",
    "update.subject": "Novedades: {title}",
    "update.news": "Volveremos a escribirle cuando haya novedades.",
    "return.subject": "Aún no ha terminado: {title}",
    "return.waits": "Su solicitud vuelve a estar abierta a la espera de esto: le escribiremos cuando esté resuelto.",
    "solved.subject": "Resuelto: {title}",
    "solved.marked": "Hemos marcado su solicitud como resuelta.",
    "solved.still": (
        "¿Sigue sin resolverse? Dígalo en la página de su solicitud: se abrirá de nuevo y una persona lo leerá."
    ),
    "solved.reply": (
        "¿Sigue sin resolverse? Responda a este correo: su solicitud se abrirá de nuevo y una persona lo leerá."
    ),
    "solved.not_done": (
        "Su propia transacción aún no se ha completado: {numbers} sigue abierta y una persona la revisará."
    ),
    "solved.kept": "Nos dijo que esto no resuelve {numbers}: sigue abierta y una persona le responderá.",
    "correction.subject": "Corrección: {title}",
    "correction.replaces": "Esto sustituye a lo que le escribimos antes.",
    "retraction.open": "Su solicitud sigue abierta: una persona de nuestro equipo la leerá y le responderá.",
    "reply.subject": "Respuesta a su mensaje",
    "where.state": "Estado actual: ",
    "where.ticket": "Su solicitud: ",
}
