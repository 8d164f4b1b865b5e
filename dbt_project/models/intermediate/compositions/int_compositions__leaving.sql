-- One row per composition that Optiply holds and must not hold any more, with the evidence (C8, PC5, PC7).
with

records as (
    select remote_id, split_part(remote_id, ':', 1) as composed_item_id
    from {{ source('ledger', 'records') }}
    where entity = 'productCompositions'
),

verdicts as (
    select remote_id, composed_item_id, rule_id, reason from {{ ref('int_compositions__verdicts') }}
),

materials as (
    select remote_id, gone_reason, is_chosen from {{ ref('int_compositions__materials') }}
),

composed_items as (
    select distinct composed_item_id from verdicts
),

gone as (
    select remote_id, min(gone_reason) as reason
    from materials
    where is_chosen
    group by remote_id
),

unchosen as (
    select distinct remote_id
    from materials
    where not is_chosen
),

-- A record that no material names any more, of an item that has others: its material was given another part.
judged as (
    select
        records.remote_id,
        case
            when verdicts.rule_id = 'PC5' then verdicts.reason
            -- whatever else keeps it back, it stands in Exact: another material of the pair may be there
            when verdicts.remote_id is not null then null
            when gone.remote_id is not null then gone.reason
            when unchosen.remote_id is not null then 'flag use_bill_of_materials_versions'
            when composed_items.composed_item_id is not null
                then 'no longer a part in Exact'
        end as reason
    from records
    left join verdicts on records.remote_id = verdicts.remote_id
    left join gone on records.remote_id = gone.remote_id
    left join unchosen on records.remote_id = unchosen.remote_id
    left join composed_items on records.composed_item_id = composed_items.composed_item_id
)

select remote_id, reason
from judged
where reason is not null
