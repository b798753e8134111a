"""Spanish."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "retir*, retiro*, saque, sacar, saco, extraer, extraccion, enviar a mi wallet, enviar a mi billetera, envio "
        "a mi"
    ),
    Concept.DEPOSIT: (
        "deposit*, ingres*, abon*, recarg*, fondos entrantes, acredit*, mande .. a mi cuenta, envie .. a mi cuenta, "
        "transferi"
    ),
    Concept.CARD: "tarjeta*, visa, mastercard",
    Concept.SEPA: "sepa, transferencia bancaria, transferencia*, iban, giro",
    Concept.BANK: "banco*, bancari*",
    Concept.BUY: "comprar, compra, compre, compras, pagar con tarjeta",
    Concept.TRADE: (
        "orden, ordenes, operar, operacion*, trading, vender, venta, ejecut*, limite orden, orden limite, mercado, "
        "stop loss, libro de ordenes, trade*"
    ),
    Concept.FUTURES: "futuros, apalancamiento, margen, posicion, posiciones, contrato*, largo, corto",
    Concept.VERIFY: (
        "verific*, kyc, identidad, pasaporte, documento*, dni, cedula, selfie, comprobante de domicilio, "
        "reconocimiento facial"
    ),
    Concept.LOGIN: (
        "iniciar sesion, inicio de sesion, entrar a mi cuenta, entrar en mi cuenta, acceder, acceso, loguear*, "
        "login, ingresar a mi cuenta, sesion"
    ),
    Concept.CODE: "codigo*, 2fa, dos factores, doble factor, autenticador, otp",
    Concept.SMS: "sms, mensaje de texto, numero de telefono, celular, movil, telefono",
    Concept.API: "api, bot, endpoint*, clave api",
    Concept.PRICE: "precio*, cotizacion*, grafico*",
    Concept.FEES: "comision*, tarifa*, cobran, costo*, coste*",
    Concept.STAKING: "staking, recompensa*, rendimiento*, interes*",
    Concept.BALANCE: "saldo*, balance, fondos, cartera",
    Concept.APP: "app, aplicacion, pagina, sitio, web, navegador",
    Concept.EMAIL: "correo*, email*, e mail*",
    Concept.DELAY: (
        "retras*, demor*, atasc*, trabad*, lent*, esperando, espero, espera, tarda*, pendiente*, procesando, en "
        "proceso, horas, desde ayer, desde hace, desde esta manana, todavia, aun no, sin confirmar, no se confirma, "
        "cuanto tiempo, cuanto tarda, cuando llega, congelad*, estancad*, donde esta, donde estan, dias"
    ),
    Concept.NOT_RECEIVED: (
        "no llega*, no .. llega*, no ha llegado, no llego, no llegan, no me llega*, no aparece*, no .. aparece*, no "
        "recib*, no .. recib*, no he recibido, no se acredit*, no .. acredit*, no esta, falta*, no veo, no se ve, no "
        "se refleja, no .. reflej*, desaparec*, perdido*, donde esta, donde estan, nunca llego, no me ha, sin "
        "recibir, no me han, no entra*"
    ),
    Concept.FAIL: (
        "error*, rechaz*, no funciona*, no .. funciona*, no puedo, no .. puedo, no me deja, no deja, no se puede, "
        "deneg*, declin*, imposible, invalid*, cancelad*, no carga, no permite, no pude, problema*, bloquead*, rota, "
        "roto, no pasa, no acepta, fallo*, falla*, fallid*"
    ),
    Concept.HALT: (
        "suspend*, pausad*, detenid*, deshabilitad*, mantenimiento, no disponible, desactivad*, inhabilitad*, "
        "parad*, temporalmente"
    ),
    Concept.DOWN: (
        "caid*, se cayo, no responde, no carga, error del servidor, servidor, tiempo de espera, timeout, 500, 502, "
        "503, fuera de servicio, sin servicio, no disponible, inaccesible"
    ),
    Concept.DOUBLE: "dos veces, doble*, duplicad*, 2 veces, 2x",
    Concept.LIQUIDATED: (
        "liquid*, cerraron mi posicion, cerro mi posicion, posicion .. cerrad*, posiciones .. cerrad*, cierre forzoso"
    ),
    Concept.WRONG: (
        "incorrect*, equivocad*, erroneo*, erronea*, sin razon, sin motivo, injust*, mal, indebid*, nunca toco, "
        "nunca llego a"
    ),
    Concept.SENT: "blockchain, explorador, confirmaciones, hash, txid, debitad*, descontad*",
    Concept.ANGRY: (
        "verguenza, vergonzoso, inaceptable, pesimo*, horrible, burla, ridicul*, hart*, mierda, indignante, "
        "terrible, incompetent*, tomadura de pelo, asco"
    ),
    Concept.REPEAT: (
        "alguna novedad, novedades, alguna noticia, noticias, sigo esperando, otra vez, de nuevo, ya escribi, "
        "segundo ticket, segunda vez, sin respuesta, nadie responde, nadie contesta, hola, actualizacion, alguien ahi"
    ),
    Concept.QUESTION: (
        "se puede, que es, donde puedo, donde encuentro, como puedo/hago/se/cambio/activo/funciona/debo, cual/cuales "
        "es/son, cuanto/cuanta/cuantos/cuantas, que .. necesito/diferencia/significa/documentos/red, donde puedo/"
        "encuentro/veo/esta el/cambio, puedo/podria/puede/debo/se puede/hay que, hay algun/alguna/un/una, aceptan/"
        "soportan/ofrecen/tienen, quiero/quisiera/necesito/deseo .. cambiar/saber/actualizar/agregar/quitar/activar/"
        "aumentar/configurar/usar/eliminar, es posible/normal/obligatorio, diferencia entre, tutorial, guia"
    ),
    Concept.OWN_FAULT: (
        "sin memo, sin tag, direccion vieja, nuevo telefono, telefono nuevo, perdi mi telefono, perdi el telefono, "
        "cambie de numero, cambie de telefono, otro nombre, cuenta de mi, restablecer, direccion/red/billetera/"
        "cuenta/cadena/memo/iban/moneda/monto/numero/nombre .. equivocad*/incorrect*/errone*/distint*/antigu*/"
        "diferente, me equivoque, mi error/culpa, por error/equivocacion, sin querer, olvide, minimo/minima/maximo, "
        "limite diario, saldo/fondos insuficient*, no tengo suficiente, contrato inteligente, revertir*, recuperar*, "
        "vencid*/caducad*/borros*, cuenta/tarjeta/nombre .. esposa/esposo/madre/padre/amigo/amiga/hermano/hermana/"
        "empresa, no soportad*"
    ),
    Concept.OTHER_MATTER: (
        "referid*, bono*, cupon*, promocion*, impuesto*, declaracion, extracto*, eliminar mi cuenta, cerrar mi "
        "cuenta, borrar mi cuenta, cambiar mi nombre, cambiar mi correo, cambiar el correo, cambiar mi direccion, "
        "cambiar mi contrasena, listar, listado, modo oscuro, idioma, boletin, factura*, exportar, csv, airdrop, "
        "lista blanca, aumentar mi limite, subir mi limite, concurso, sorteo, subcuenta*, sugerencia, gracias .. "
        "ayer/ayuda/rapid*/todo, todo bien, ya esta resuelto/solucionado, recompensa*, invitacion*, invitad*, "
        "certificado, testnet"
    ),
    Concept.HACK: "hacke*, jaque*, hackead*, hacker*, hack",
    Concept.SCAM: "scam*, estafa*, estafad*, estafador*, timo, timaron",
    Concept.LEGAL: (
        "juridic*, los demando, via judicial, abogad*, demanda*, demandar*, querella*, legal*, bufete, juicio"
    ),
    Concept.UNAUTHORISED: (
        "no he sido yo, yo no fui, no hice yo, no hice est*, no autori*, sin mi autori*, sin autori*, no reconozco, "
        "no solicite, nunca solicite, no realice, nunca realice, no inicie, alguien mas, alguien se, otra persona, "
        "desconocid*, sospechos*, comprometid*, vaciaron, vaciad*, otro pais, mientras dormia, estaba dormid*, "
        "duplicado de sim, intrus*, accedieron, entraron a mi, entraron en mi, acceso no, alguien/tercero/terceros/"
        "extrano*/intruso* .. mi/mis/intent*/esta/ha/uso/usa/usando/compro/compra/cambio/entro/retiro/saco/movio/"
        "envio/transfirio/accedio/hizo/tiene/vacio/vendio, yo/que no/nunca hice/realice/autorice/pedi/solicite/envie/"
        "inicie/ordene/aprobe/confirme/puse/compre/vendi/retire/saque/transferi/cambie/agregue/abri/cree/di/mande, "
        "quien hizo/autorizo/retiro/movio/saco/entro/pidio/cambio/envio, no/nunca lo/la/los/las hice/realice/"
        "autorice/pedi/solicite/envie/inicie/ordene/aprobe/confirme/puse/compre/vendi/conozco/reconozco, no/nunca he/"
        "habia hecho/realizado/autorizado/pedido/solicitado/enviado/iniciado/ordenado/aprobado/confirmado/retirado/"
        "vendido/comprado, no autoric*/autorizad*/reconoc*, no fui/soy/era yo, no es/son/era mio/mia/mios/mias, "
        "direccion/dispositivo/ip/billetera/sesion que no/nunca, desconocid*/sospechos*/extran*/ajen*/inusual*/no "
        "autorizad* acceso*/dispositivo*/direccion*/ip/retiro*/transaccion*/actividad/sesion*/orden*/movimiento*/"
        "persona*/pais, acceso*/dispositivo*/direccion*/retiro*/transaccion*/actividad/sesion*/movimiento*/inicio "
        "desconocid*/sospechos*/extran*/ajen*/inusual*/raro/rara, contrasena/clave/correo/telefono/numero/2fa/"
        "direccion fue/ha/han/me .. cambi*/modific*/elimin*/restablec*/desactiv*/reemplaz*, cambiaron/modificaron/"
        "borraron/robaron/vaciaron/usaron/clonaron/movieron/transfirieron mi/mis/todo/toda/todos/el/la/los/las, me "
        "cambiaron/clonaron/vaciaron/limpiaron, sim/chip .. clon*/duplic*/swap*/robad*/cambi*, congel*/bloque* mi/la/"
        "esta cuenta, sin que yo/mi, sin mi consentimiento/permiso/conocimiento/aprobacion, a mis espaldas, usando "
        "mi/mis identidad/datos/documentos, no recuerdo haber, por alguien/terceros/desconocidos, sin que yo/haya/"
        "hubiera, atacante*/delincuente*/criminal*/intruso*, quien sea que, abr*/solicit*/pidi*/pedi*/hicieron/hizo/"
        "registr*/aprob*/orden*/retir*/compr*/vend*/firm*/oper*/alguien/actu* .. a/en mi nombre, han retirado/movido/"
        "sacado/"
        "enviado/robado/vaciado .. mis/mi/sin, yo no estaba/habia/iba conectad*/usando/durmiendo, sin preguntar*/"
        "avisar*, nunca me registre"
    ),
    Concept.STOLEN: "ladron*, me robaron, robo, hurto, hurtaron, robaron, robad*, robar*, roban",
    Concept.FRAUD: (
        "fraud*, phishing, se hizo pasar, se hicieron pasar, haciendose pasar, extors*, chantaj*, frase semilla, "
        "clave privada, anydesk, teamviewer, lavado de dinero, blanqueo, robo de identidad, por/en/de telegram/"
        "whatsapp/instagram/facebook/discord .. dijo/pidio/prometio/diciendo, telegram/whatsapp/instagram/facebook/"
        "discord/tiktok .. soporte/agente/admin*/grupo/canal/persona/asesor/mentor/hombre/mujer, soporte/agente/"
        "admin*/grupo/asesor/mentor/hombre/mujer .. telegram/whatsapp/instagram/facebook/discord, me pidi*/dijeron/"
        "dijo/pidieron/hicieron/convenci* .. depositar/transferir/pagar/enviar/instalar/invertir/clave/codigo/"
        "contrasena, pagar .. impuesto/impuestos .. retirar/liberar/desbloquear, falso/falsa/falsos/falsas, di/"
        "entregue/comparti mi/el/la/mis codigo/clave/contrasena/claves, son ustedes realmente, pagina/sitio/correo/"
        "llamada .. fals*/sospech*, prometi* .. ganancia*/rendimiento*, engan*, suplant*, ciberdelincuen*, "
        "delincuente*, hasta que .. pague/envie/deposite/transfiera, me presionaron/obligaron/convencieron/"
        "amenazaron, meti/ingrese/puse .. contrasena/clave/claves/semilla"
    ),
    Concept.THREAT: (
        "matar*, los voy a encontrar, se donde, se van a arrepentir, bomba, amenaz*, arma, golpear, quemar, iré a su "
        "oficina, voy a ir a su oficina, violencia, lo van a lamentar"
    ),
    Concept.AUTHORITY: (
        "tribunal*, cnmv, condusef, ministerio publico, defensa del consumidor, consumidor, autoridad*, profeco, "
        "reclamacion formal, guardia civil, indemniz*, danos y perjuicios, notari*, banco central, policia, "
        "policial, fiscalia, juzgado*, juez, defensor del cliente, regulador*, denunci*, autoridades, banco de "
        "espana, cnbv, superintendencia, sernac, indecopi"
    ),
    Concept.SELF_HARM: (
        "matarme, quiero morir, hacerme dano, terminar con todo, quitarme/acabar/terminar .. vida, no quiero/puedo "
        "seguir/vivir, me voy a matar, me mato, ganas de vivir/morir, suicid*, cortarme, tirarme"
    ),
    Concept.HARMLESS: (
        "puede/podria/pueden alguien, alguien puede/podria/me/ahi/que, hay alguien, alguien .. ayudar*/responder/"
        "revisar, que pasa/paso/sucede/esta, cuanto tiempo/mas/falta/tarda, puede/pueden/podria/podrian .. ayudar*/"
        "revisar*/decir*, quiero/necesito mi/el/saber que/saber donde/saber por, no/tampoco puedo/podia/pude"
    ),
}
