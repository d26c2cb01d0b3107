-- Grain: lead that got a rep in this round.
{{ routing_round(6) }}
