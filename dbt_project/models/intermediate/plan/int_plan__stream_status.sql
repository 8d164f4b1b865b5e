-- One row per stream that was ever read: how its last read ended.
with

stream_reads as (
    select source, stream, status, started_at, run_id
    from {{ source('runs', 'stream_reads') }}
),

stream_status as (
    select source, stream, status as last_status, started_at as last_read_at
    from stream_reads
    qualify row_number() over (
        partition by source, stream
        order by started_at desc nulls last, run_id desc
    ) = 1
)

select * from stream_status
