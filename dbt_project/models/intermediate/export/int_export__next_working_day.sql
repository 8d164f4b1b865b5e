-- One row: the first day after today that is a working day, Monday to Friday (X2).
with

days as (
    select {{ as_of() }} + cast(unnest(range(1, 15)) as integer) as day
),

next_working_day as (
    select min(day) as next_working_date
    from days
    where isodow(day) <= 5
)

select * from next_working_day
