"""Portuguese."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {
    Concept.WITHDRAWAL: (
        "saque*, sacar, saquei, retirada*, retirar, levantamento*, levantar, enviar para minha carteira, envio para "
        "minha"
    ),
    Concept.DEPOSIT: ("deposit*, deposito*, carreg*, credit*, aporte*, enviei .. para minha conta, mandei .. para"),
    Concept.CARD: "cartao, cartoes, visa, mastercard",
    Concept.SEPA: "sepa, transferencia bancaria, transferencia*, iban, ted, pix",
    Concept.BANK: "banco*, bancari*",
    Concept.BUY: "comprar, compra, compras, comprei, pagar com cartao",
    Concept.TRADE: (
        "ordem, ordens, negoci*, trade*, vender, venda, execut*, stop loss, operacao, operacoes, operar, livro de "
        "ordens"
    ),
    Concept.FUTURES: "futuros, alavanc*, margem, posicao, posicoes, contrato*, long, short",
    Concept.VERIFY: (
        "verific*, kyc, identidade, passaporte, documento*, rg, cnh, selfie, comprovante*, reconhecimento facial"
    ),
    Concept.LOGIN: (
        "entrar na minha conta, entrar na conta, login, logar, acesso, acessar, fazer login, iniciar sessao"
    ),
    Concept.CODE: "codigo*, 2fa, dois fatores, autenticador, otp, token de seguranca",
    Concept.SMS: "sms, mensagem de texto, celular, telemovel, numero de telefone, telefone",
    Concept.API: "api, bot, robo, endpoint*, chave api",
    Concept.PRICE: "preco*, cotacao*, grafico*",
    Concept.FEES: "taxa*, comissao, comissoes, tarifa*, custo, custos, custa",
    Concept.STAKING: "staking, recompensa*, rendimento*, juros",
    Concept.BALANCE: "saldo*, fundos, carteira, dinheiro",
    Concept.APP: "app, aplicativo, site, pagina, navegador",
    Concept.EMAIL: "e mail*, email*, correio",
    Concept.DELAY: (
        "atras*, demor*, lent*, esperando, espero, aguard*, pendente*, processando, em processamento, horas, desde "
        "ontem, desde hoje, ainda, ainda nao, nao confirm*, sem confirm*, parad*, quanto tempo, quando chega, quando "
        "vai, congelad*, cade, onde esta, onde estao, dias, travad*, travou, trava, preso, presa, presos"
    ),
    Concept.NOT_RECEIVED: (
        "nao cheg*, nao .. cheg*, nao caiu, nao cai, nao receb*, nao .. receb*, nao apareceu, nao aparec*, nao .. "
        "aparec*, nao entrou, nao foi creditad*, nao credit*, nao .. creditad*, sumiu, sumiram, desaparec*, falt*, "
        "cade, onde esta, onde estao, nunca chegou, nao vejo, nao consta, sem receber"
    ),
    Concept.FAIL: (
        "erro*, falh*, recus*, rejeit*, negad*, nao funciona*, nao .. funciona*, nao consigo, nao .. consigo, nao "
        "deixa, nao da, nao conseg*, nao foi possivel, impossivel, invalid*, cancelad*, nao carrega*, nao permite, "
        "problema*, bloquead*, nao passa, nao abre, nao aceita*, quebrad*"
    ),
    Concept.HALT: (
        "suspens*, pausad*, parad*, interromp*, manutencao, indisponi*, desativad*, desabilitad*, temporariamente, "
        "bloquead*"
    ),
    Concept.DOWN: (
        "caiu, fora do ar, nao responde*, nao carrega*, nao abre, servidor, timeout, tempo esgotado, 500, 502, 503, "
        "indisponi*, instavel, instabilidade"
    ),
    Concept.DOUBLE: "duas vezes, em dobro, dobro, duplicad*, duplic*, 2 vezes, 2x, dupla",
    Concept.LIQUIDATED: (
        "liquid*, fecharam minha posicao, posicao .. fechad*, posicoes .. fechad*, fechou minha posicao"
    ),
    Concept.WRONG: (
        "errad*, incorret*, sem motivo, sem razao, indevid*, injust*, equivocad*, nunca tocou, nunca chegou a"
    ),
    Concept.SENT: "blockchain, explorador, confirmacoes, hash, txid, debitad*, descontad*",
    Concept.ANGRY: (
        "vergonha, absurdo, ridicul*, pessimo*, horrivel, palhacada, merda, inaceitavel, descaso, lixo, cansad*, "
        "porcaria, brincadeira"
    ),
    Concept.REPEAT: (
        "alguma novidade, novidade*, alguma noticia, noticias, ainda esperando, continuo esperando, de novo, outra "
        "vez, novamente, ja escrevi, segundo ticket, segunda vez, sem resposta, ninguem responde, atualizacao, ola, "
        "alguem ai"
    ),
    Concept.QUESTION: (
        "como faz, oferecem, suportam, como posso/faco/altero/mudo/troco/ativo/funciona/devo, qual/quais e/sao/o/a, "
        "quanto/quanta/quantos/quantas, que .. preciso/diferenca/documentos, onde posso/encontro/vejo/fica/altero, "
        "posso/poderia/da para/devo/tem como, ha/existe algum/alguma/um/uma, aceitam/suportam/oferecem/voces tem, "
        "quero/queria/gostaria/preciso/desejo .. mudar/trocar/saber/atualizar/adicionar/remover/ativar/aumentar/"
        "configurar/usar/excluir/alterar, e possivel/normal/obrigatorio, diferenca entre, tutorial"
    ),
    Concept.OWN_FAULT: (
        "errei, sem memo, sem tag, celular novo, novo celular, perdi meu celular, perdi o celular, troquei de "
        "numero, troquei de celular, mudei de numero, outro nome, conta da minha, conta do meu, endereco/rede/"
        "carteira/conta/memo/moeda/valor/numero/nome .. errad*/incorret*/diferente/antig*/trocad*, me enganei, meu "
        "erro, minha culpa, por engano, sem querer, esqueci, minimo/minima/maximo, limite diario, saldo/fundos "
        "insuficient*, nao tenho suficiente, contrato inteligente, reverter*/desfazer/recuperar*, vencid*/expirad*/"
        "borrad*, conta/cartao/nome .. esposa/marido/mae/pai/amigo/amiga/irmao/irma/empresa, nao suportad*"
    ),
    Concept.OTHER_MATTER: (
        "indicac*, indique, bonus, cupom, promocao, promocoes, imposto*, irpf, extrato*, informe, excluir minha "
        "conta, encerrar minha conta, fechar minha conta, apagar minha conta, mudar meu nome, alterar meu nome, "
        "trocar meu email, mudar meu email, alterar meu email, alterar o email, mudar meu endereco, trocar minha "
        "senha, listar, listagem, modo escuro, idioma, newsletter, fatura*, exportar, csv, airdrop, lista branca, "
        "aumentar meu limite, aumento de limite, concurso, sorteio, sugestao, subconta*, obrigad* .. ontem/ajuda/"
        "rapid*/tudo, tudo certo/resolvido, ja resolvido, recompensa*, convite*, convidei, certificado, testnet"
    ),
    Concept.HACK: "hacke*, hack*, raque*, invadid*, invadiram, hacker*",
    Concept.SCAM: "scam*, golpe*, golpist*, estelionat*",
    Concept.LEGAL: (
        "vou processar, processarei, acao legal, advogad*, process* .. voces/judicial, judicial*, justica, juridic*, "
        "legais"
    ),
    Concept.UNAUTHORISED: (
        "nao fiz esse, nao fiz este, nao fiz isso, nao fiz essa, nao fiz nenhum*, nao autori*, sem minha autori*, "
        "sem autori*, sem eu saber, nao solicitei, nunca solicitei, nao pedi, nao realizei, nunca fiz, nao iniciei, "
        "alguem trocou, alguem invadiu, outra pessoa, desconhecid*, suspeit*, comprometid*, esvaziaram, zeraram, "
        "outro pais, enquanto dormia, enquanto eu dormia, estava dormindo, clonaram, clonad*, invas*, congelem, "
        "acessaram, alguem/terceiro/terceiros/estranho*/invasor* .. minha/meu/minhas/meus/tent*/esta/usou/usa/usando/"
        "comprou/mudou/entrou/sacou/tirou/moveu/enviou/transferiu/acessou/fez/tem/vendeu/pegou, eu/que nao/nunca fiz/"
        "realizei/autorizei/pedi/solicitei/enviei/iniciei/aprovei/confirmei/comprei/vendi/saquei/transferi/mudei/"
        "adicionei/abri/criei/dei/mandei/coloquei/reconheco/conheco, quem fez/autorizou/sacou/moveu/entrou/pediu/"
        "trocou/enviou/tirou, nao/nunca autoriz*/reconhec*, nao foi/fui/sou/era eu, nao e/sao/era meu/minha/meus/"
        "minhas, nao foi feit* por mim, nao tenho conhecimento, endereco/dispositivo/aparelho/ip/carteira/sessao que "
        "nao/nunca, acesso*/dispositivo*/aparelho*/endereco*/saque*/transacao/transacoes/atividade/sessao/"
        "movimentac*/login/compra* desconhecid*/suspeit*/estranh*/indevid*/incomum, senha/email/telefone/celular/"
        "numero/2fa/endereco foi/foram/tinha .. alterad*/trocad*/mudad*/removid*/redefinid*/desativad*, trocaram/"
        "mudaram/alteraram/removeram/roubaram/esvaziaram/usaram/clonaram/moveram/limparam/invadiram/zeraram meu/"
        "minha/meus/minhas/tudo/todo/toda/o/a, chip/sim .. clon*/troc*/swap*/duplic*, bloque*/congel*/travem/trave "
        "minha/a/essa conta, sem minha/meu autoriz*/consentimento/permissao/conhecimento/aprovacao, usando meus/"
        "minha dados/documentos/identidade, nao lembro/me lembro .. de/ter, por alguem/terceiros/desconhecidos, sem "
        "que eu, invasor*/criminoso*/bandid*, abr*/solicit*/pedi*/fez/fizeram/registr*/aprov*/orden*/sac*/compr*/vend*/"
        "assin*/oper*/alguem/agi* .. em meu nome, sacaram/moveram/tiraram/enviaram .. sem/meus/minhas, "
        "entraram/entrou no/na meu/minha, eu nao estava .. conectad*/usando/online, sem pedir/avisar/perguntar, "
        "nunca me cadastrei/registrei"
    ),
    Concept.STOLEN: "roub*, ladrao, ladroes, furto, furtad*, furtaram",
    Concept.FRAUD: (
        "fraud*, phishing, se passou, se passaram, se passando, passando se por, enganaram, extors*, chantag*, frase "
        "semente, frase de recuperacao, chave privada, anydesk, teamviewer, acesso remoto, lavagem de dinheiro, no/"
        "do/pelo/via telegram/whatsapp/instagram/facebook/discord .. disse/falou/pediu/mandou/prometeu/dizendo, "
        "telegram/whatsapp/instagram/facebook/discord/tiktok .. suporte/atendente/admin*/grupo/canal/pessoa/mentor/"
        "homem/mulher, suporte/atendente/admin*/grupo/mentor/homem/mulher .. telegram/whatsapp/instagram/facebook/"
        "discord, me pedi*/pediram/disse*/mandaram/convenc* .. depositar/transferir/pagar/enviar/instalar/investir/"
        "senha/codigo, pagar .. imposto/impostos .. sacar/liberar/desbloquear, falso/falsa/falsos/falsas, passei/dei/"
        "compartilhei o/a/meu/minha codigo/senha/chave, sao voces mesmo, prometeu/prometeram .. lucro*/rendimento*, "
        "golpe*, enganad*, criminoso*, bandid*, estelionat*, ate que eu .. pague/envie/deposite/transfira, me "
        "pressionaram/obrigaram/convenceram/ameacaram, digitei/coloquei/informei .. senha/chave/seed/frase"
    ),
    Concept.THREAT: (
        "matar voces, vou matar, vou achar voces, vou encontrar voces, vou ate o escritorio, vao se arrepender, "
        "bomba, ameac*, arma, quebrar a cara, incendiar, sei onde"
    ),
    Concept.AUTHORITY: (
        "boletim de ocorrencia, tribunal, juiz, cvm, banco central, ministerio publico, consumidor, regulador*, "
        "autoridade*, indeniz*, danos morais, cartorio, notificacao extrajudicial, cmvm, policia, policial, "
        "delegac*, procon, juizado*, reclame aqui, reclameaqui, ouvidoria, bacen, denunci*, autoridades, consumidor "
        "gov, anpd"
    ),
    Concept.SELF_HARM: (
        "nao quero viver, quero morrer, me machucar, tirar/acabar .. vida, nao quero/aguento mais viver, me matar, "
        "vou me matar, suicid*, vontade de viver/morrer, me jogar"
    ),
    Concept.HARMLESS: (
        "pode/poderia/podem alguem, alguem pode/poderia/me/ai, tem alguem, alguem .. ajudar/responder/verificar, o "
        "que esta/aconteceu/houve/acontece, quanto tempo/mais, pode/podem/poderia/poderiam .. ajudar/verificar/"
        "dizer, quero/preciso meu/minha/o/saber onde/saber por, nao/nem posso/consigo/podia"
    ),
}
