-- One row per receipt line that Optiply holds and must not hold any more, with the evidence for it (C8, RL5).
with

verdicts as (
    select remote_id, reason
    from {{ ref('int_receipts__verdicts') }}
    where verdict = 'leaves' and is_in_optiply
)

select remote_id, reason from verdicts
