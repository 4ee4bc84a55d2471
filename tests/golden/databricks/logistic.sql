-- Corner shop: segmentation 'logistic', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_logistic_features and segment_logistic_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   gap_days counts as (ln(1 + x) − 3.58688892) ÷ 0.658661857, rounded half up to three decimals, where x is
--       gap_days held between 5.5 and 251.0, or 34.875 if unknown
--   weekend_share counts as (x − 0.297720679) ÷ 0.231004496, rounded half up to three decimals, where x is
--       weekend_share held between 0.0 and 0.993038043, or 0.285714 if unknown
--   gap_days is unknown counts as 3.580, anything else as -0.279
--   a segment's score is its first number plus, for each feature, its weight times what it counts as; the
--       highest score wins, of equally high ones the first
--   probability is e to the power of the score over the sum of that for all segments, to six decimals
-- Segments:
--   Quick-rhythm buyers: highest score: -0.036, gap_days -2.782, weekend_share -0.079, gap_days is unknown
--       -0.209
--   Weekday, slow-rhythm buyers: highest score: -0.030, gap_days +1.281, weekend_share -2.688, gap_days is
--       unknown +0.219
--   Weekend, slow-rhythm buyers: highest score: +0.066, gap_days +1.501, weekend_share +2.767, gap_days is
--       unknown -0.010

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_at: timestamp without zone, on the shop's own clock
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   clock_features: one row a customer. Shares of the customer's orders, 0 to 1, in the business zone: weekend
--       is Saturday and Sunday, morning ends at 12:00, evening starts at 18:00.
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
--   purchase_days: one row a customer and day with at least one order. day_before: that customer's purchase day
--       before; null on the first. gap_days: days since then.
--   rhythm_features: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days
--       between purchase days (null with one). last_gap_days: days between the last two (null with one).
--       earlier_gap_days: mean of the gaps before that one (null with fewer than two gaps). gap_variation:
--       standard deviation of the gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n ×
--       sum of squares − sum²) ÷ sum, from whole numbers, so that neither their order nor rounding can matter.
DROP TABLE IF EXISTS segment_logistic_features;
CREATE TABLE segment_logistic_features AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), clock_features__stamped AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, CAST('1900-01-01' AS DATE), ordered_on) % 7 AS weekday,
    EXTRACT(HOUR FROM ordered_at) AS hour_of_day
  FROM known_orders AS orders
  WHERE
    NOT is_return
), clock_features__counted AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    CAST(SUM(CASE WHEN weekday >= 5 THEN 1 ELSE 0 END) AS DOUBLE) AS weekend,
    CAST(SUM(CASE WHEN hour_of_day < 12 THEN 1 ELSE 0 END) AS DOUBLE) AS morning,
    CAST(SUM(CASE WHEN hour_of_day >= 18 THEN 1 ELSE 0 END) AS DOUBLE) AS evening
  FROM clock_features__stamped AS stamped
  GROUP BY
    customer_id
), clock_features AS (
  SELECT
    customer_id,
    FLOOR(weekend / orders * 1000000 + 0.5) / 1000000 AS weekend_share,
    FLOOR(morning / orders * 1000000 + 0.5) / 1000000 AS morning_share,
    FLOOR(evening / orders * 1000000 + 0.5) / 1000000 AS evening_share
  FROM clock_features__counted AS counted
), rfm_features AS (
  SELECT
    customer_id,
    DATEDIFF(
      DAY,
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      CAST('2024-10-01' AS DATE)
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
), purchase_days__days AS (
  SELECT
    customer_id,
    ordered_on
  FROM known_orders AS orders
  WHERE
    NOT is_return
  GROUP BY
    customer_id,
    ordered_on
), purchase_days__followed AS (
  SELECT
    customer_id,
    ordered_on,
    LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on NULLS LAST) AS day_before
  FROM purchase_days__days AS days
), purchase_days AS (
  SELECT
    customer_id,
    ordered_on,
    day_before,
    DATEDIFF(DAY, day_before, ordered_on) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    DATEDIFF(DAY, MAX(day_before), MAX(ordered_on)) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, first_on, CAST('2024-10-01' AS DATE)) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN FLOOR(CAST(total AS DOUBLE) / gaps * 1000000 + 0.5) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(CAST(total - last_gap_days AS DOUBLE) / (gaps - 1) * 1000000 + 0.5) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(SQRT(CAST(gaps * squares - total * total AS DOUBLE)) / total * 1000000 + 0.5) / 1000000
    END AS gap_variation
  FROM rhythm_features__gaps AS gaps
)
SELECT
  rfm_features.customer_id,
  rhythm_features.tenure_days,
  rhythm_features.gap_days,
  rhythm_features.last_gap_days,
  rhythm_features.earlier_gap_days,
  rhythm_features.gap_variation,
  clock_features.weekend_share
FROM rfm_features
LEFT JOIN rhythm_features
  ON rfm_features.customer_id = rhythm_features.customer_id
LEFT JOIN clock_features
  ON rfm_features.customer_id = clock_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_logistic_assignments;
CREATE TABLE segment_logistic_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CAST(FLOOR(
      (
        LN(
          CAST(1.0 AS DOUBLE) + CASE
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(34.875 AS DOUBLE)) < CAST(5.5 AS DOUBLE)
            THEN CAST(5.5 AS DOUBLE)
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(34.875 AS DOUBLE)) <= CAST(251.0 AS DOUBLE)
            THEN COALESCE(CAST(gap_days AS DOUBLE), CAST(34.875 AS DOUBLE))
            ELSE CAST(251.0 AS DOUBLE)
          END
        ) - CAST(3.58688892 AS DOUBLE)
      ) / CAST(0.658661857 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p0,
    CAST(FLOOR(
      (
        CASE
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.285714 AS DOUBLE)) < CAST(0.0 AS DOUBLE)
          THEN CAST(0.0 AS DOUBLE)
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.285714 AS DOUBLE)) <= CAST(0.993038043 AS DOUBLE)
          THEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.285714 AS DOUBLE))
          ELSE CAST(0.993038043 AS DOUBLE)
        END - CAST(0.297720679 AS DOUBLE)
      ) / CAST(0.231004496 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p1,
    CAST(CASE WHEN gap_days IS NULL THEN 3580 ELSE (-279) END AS BIGINT) AS p2
  FROM segment_logistic_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    CAST(-36000 AS BIGINT) + (-2782) * p0 + (-79) * p1 + (-209) * p2 AS w0,
    CAST(-30000 AS BIGINT) + (1281) * p0 + (-2688) * p1 + (219) * p2 AS w1,
    CAST(66000 AS BIGINT) + (1501) * p0 + (2767) * p1 + (-10) * p2 AS w2
  FROM scoring_1
), scoring_3 AS (
  SELECT
    customer_id,
    w0,
    w1,
    w2,
    CASE WHEN w0 >= w1 AND w0 >= w2 THEN 's1' WHEN w1 >= w2 THEN 's2' ELSE 's3' END AS segment_id,
    CASE WHEN w0 >= w1 AND w0 >= w2 THEN w0 WHEN w1 >= w2 THEN w1 ELSE w2 END AS highest
  FROM scoring_2
), scoring_4 AS (
  SELECT
    customer_id,
    segment_id,
    FLOOR(
      CAST(1 AS DOUBLE) / (
        EXP(
          CASE
            WHEN highest - w0 > 30000000
            THEN CAST(-30 AS DOUBLE)
            ELSE CAST(w0 - highest AS DOUBLE) / CAST(1000000 AS DOUBLE)
          END
        ) + EXP(
          CASE
            WHEN highest - w1 > 30000000
            THEN CAST(-30 AS DOUBLE)
            ELSE CAST(w1 - highest AS DOUBLE) / CAST(1000000 AS DOUBLE)
          END
        ) + EXP(
          CASE
            WHEN highest - w2 > 30000000
            THEN CAST(-30 AS DOUBLE)
            ELSE CAST(w2 - highest AS DOUBLE) / CAST(1000000 AS DOUBLE)
          END
        )
      ) * CAST(1000000 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) / CAST(1000000 AS DOUBLE) AS probability
  FROM scoring_3
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 's1'
    THEN 'Quick-rhythm buyers'
    WHEN segment_id = 's2'
    THEN 'Weekday, slow-rhythm buyers'
    WHEN segment_id = 's3'
    THEN 'Weekend, slow-rhythm buyers'
  END AS segment_name,
  probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS STRING) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_4;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.gap_days AS DOUBLE)) AS mean_gap_days,
  AVG(CAST(f.weekend_share AS DOUBLE)) AS mean_weekend_share
FROM segment_logistic_assignments AS a
INNER JOIN segment_logistic_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id NULLS LAST;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_logistic_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_logistic_features) AS found,
    (SELECT COUNT(*) FROM segment_logistic_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_logistic_assignments) AS found,
    (SELECT COUNT(*) FROM segment_logistic_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_logistic_assignments) AS found,
    (SELECT COUNT(*) FROM segment_logistic_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_logistic_assignments) AS found,
    (SELECT COUNT(*) FROM segment_logistic_assignments) AS wanted
) AS checks
ORDER BY
  check_number NULLS LAST;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    's1' AS segment_id,
    'Quick-rhythm buyers' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    's2' AS segment_id,
    'Weekday, slow-rhythm buyers' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    's3' AS segment_id,
    'Weekend, slow-rhythm buyers' AS segment_name
) AS s
LEFT JOIN segment_logistic_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place NULLS LAST;
